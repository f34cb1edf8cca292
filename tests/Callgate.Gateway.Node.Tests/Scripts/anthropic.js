import assert from "node:assert/strict";
import Anthropic from "@anthropic-ai/sdk";
import { betaZodTool } from "@anthropic-ai/sdk/helpers/beta/zod";
import { zodOutputFormat } from "@anthropic-ai/sdk/helpers/zod";
import { z } from "zod";
import { cases, greetings, key, person, report, root, thrown } from "./cases.js";

const clientWith = (apiKey) => new Anthropic({ baseURL: root, apiKey, maxRetries: 0 });
const each = cases({ sdk: clientWith(key) });
const tools = [
  {
    name: "get_weather",
    description: "Tells the weather.",
    input_schema: { type: "object", properties: { city: { type: "string" } } },
  },
];
const user = (content) => ({ role: "user", content });
const ask = (model, text) => ({ model, max_tokens: 2000, messages: [user(text)] });
const textOf = (message) => message.content.map((block) => block.text ?? "").join("");

each("message", async ({ client, model }) => {
  const message = await client.messages.create({ ...ask(model, "Hello"), system: "Be brief." });
  assert.equal(textOf(message), greetings[model]);
  assert.equal(message.stop_reason, "end_turn");
  assert.equal(message.model, model);
  assert.ok(message.usage.input_tokens > 0 && message.usage.output_tokens > 0);
});

each("message, streamed", async ({ client, model }) => {
  const events = [];
  for await (const event of await client.messages.create({ ...ask(model, "Hello"), stream: true })) {
    events.push(event.type);
  }

  assert.equal(events[0], "message_start");
  assert.ok(events.filter((type) => type === "content_block_delta").length > 1);
  assert.deepEqual(events.slice(-3), ["content_block_stop", "message_delta", "message_stop"]);
});

each("message, streamed and put together", async ({ client, model }) => {
  const message = await client.messages.stream(ask(model, "Hello")).finalMessage();
  assert.equal(textOf(message), greetings[model]);
  assert.equal(message.stop_reason, "end_turn");
  assert.ok(message.usage.input_tokens > 0 && message.usage.output_tokens > 0);
});

each("tools, in two turns", async ({ client, model }) => {
  const question = ask(model, "How is the weather in Paris?");
  for (const first of [
    await client.messages.create({ ...question, tools }),
    await client.messages.stream({ ...question, tools }).finalMessage(),
  ]) {
    assert.equal(first.stop_reason, "tool_use");
    const call = first.content.find((block) => block.type === "tool_use");
    assert.deepEqual(call.input, { city: "Paris" });
    const result = user([{ type: "tool_result", tool_use_id: call.id, content: "18 degrees" }]);
    const messages = [...question.messages, { role: "assistant", content: first.content }, result];
    assert.equal(textOf(await client.messages.create({ ...question, messages, tools })), report);
  }
});

each("tools, run by the SDK", async ({ client, model }) => {
  const asked = [];
  const weather = betaZodTool({
    name: "get_weather",
    description: "Tells the weather.",
    inputSchema: z.object({ city: z.string() }),
    run: (input) => {
      asked.push(input);
      return "18 degrees";
    },
  });
  const message = await client.beta.messages.toolRunner({ ...ask(model, "How is the weather?"), tools: [weather] });
  assert.equal(textOf(message), report);
  assert.deepEqual(asked, [{ city: "Paris" }]);
});

each("structured output", async ({ client, model }) => {
  const message = await client.messages.parse({
    ...ask(model, "Describe Ada."),
    output_config: { format: zodOutputFormat(z.object({ name: z.string(), age: z.number() })) },
  });
  assert.deepEqual(message.parsed_output, person);
});

each("thinking", async ({ client, model }) => {
  const question = { ...ask(model, "Think: two and two?"), thinking: { type: "enabled", budget_tokens: 1024 } };
  for (const message of [
    await client.messages.create(question),
    await client.messages.stream(question).finalMessage(),
  ]) {
    assert.deepEqual(
      message.content.map((block) => [block.type, block.thinking ?? block.text]),
      [["thinking", "Two and two."], ["text", "Four."]],
    );
    const messages = [...question.messages, { role: "assistant", content: message.content }, user("Are you sure?")];
    assert.equal(textOf(await client.messages.create({ ...question, messages })), "Four.");
  }
});

each("count of tokens", async ({ client, model }) => {
  const count = await client.messages.countTokens({ model, messages: [user("How many tokens are these?")] });
  assert.ok(count.input_tokens >= 5 && count.input_tokens <= 30, `${count.input_tokens}`);
});

const fails = (given, status, type, name) => async ({ client, model }) => {
  const question = ask(model, `Fail with ${given}.`);
  for (const call of [
    () => client.messages.create(question),
    () => client.messages.create({ ...question, stream: true }),
    () => client.messages.stream(question).finalMessage(),
  ]) {
    const error = await thrown(call);
    assert.ok(error instanceof type, `${error}`);
    assert.deepEqual([error.status, error.type], [status, name]);
    assert.ok(error.apiMessage, "It has a message.");
    assert.equal(error.headers.get("retry-after"), status === 429 ? "7" : null);
  }
};

each("bad request", fails(400, 400, Anthropic.BadRequestError, "invalid_request_error"));

each("rate limit", fails(429, 429, Anthropic.RateLimitError, "rate_limit_error"));

each("server error", fails(500, 500, Anthropic.InternalServerError, "api_error"));

each("overloaded", fails(529, 503, Anthropic.ServiceUnavailableError, "overloaded_error"));

each("wrong key", async ({ model }) => {
  const client = clientWith("sk-wrong");
  const error = await thrown(() => client.messages.create(ask(model, "Hello")));
  assert.ok(error instanceof Anthropic.AuthenticationError, `${error}`);
  assert.equal(error.type, "authentication_error");
  assert.ok(!error.message.includes("sk-wrong"));
});

each("unknown model", async ({ client }) => {
  const error = await thrown(() => client.messages.create(ask("none", "Hello")));
  assert.ok(error instanceof Anthropic.NotFoundError, `${error}`);
  assert.equal(error.type, "not_found_error");
}, ["claude"]);

each("abort", async ({ client, model, stall }) => {
  const stream = client.messages.stream(ask(model, stall));
  stream.on("text", () => stream.abort());
  assert.ok((await thrown(() => stream.finalMessage())) instanceof Anthropic.APIUserAbortError);
});

each("abort by breaking off", async ({ client, model, stall }) => {
  for await (const event of await client.messages.create({ ...ask(model, stall), stream: true })) {
    if (event.type === "content_block_delta") {
      break;
    }
  }
});
