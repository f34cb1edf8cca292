import assert from "node:assert/strict";
import OpenAI from "openai";
import { zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import { z } from "zod";
import { cases, greetings, key, person, report, root, thrown } from "./cases.js";

const clientWith = (apiKey) => new OpenAI({ baseURL: `${root}/v1`, apiKey, maxRetries: 0 });
const each = cases({ sdk: clientWith(key) });
const Person = z.object({ name: z.string(), age: z.number() });
const parameters = { type: "object", properties: { city: { type: "string" } } };
const tools = [{ type: "function", function: { name: "get_weather", description: "Tells the weather.", parameters } }];
const flatTools = [{ type: "function", name: "get_weather", description: "Tells the weather.", parameters, strict: false }];
const user = (content) => [{ role: "user", content }];

each("chat", async ({ client, model }) => {
  const answer = await client.chat.completions.create({ model, messages: user("Hello") });
  assert.equal(answer.choices[0].message.content, greetings[model]);
  assert.equal(answer.choices[0].finish_reason, "stop");
  assert.equal(answer.model, model);
  assert.ok(answer.usage.prompt_tokens > 0 && answer.usage.completion_tokens > 0);
});

each("chat, streamed", async ({ client, model }) => {
  const stream = await client.chat.completions.create({ model, messages: user("Hello"), stream: true });
  let text = "";
  let pieces = 0;
  for await (const chunk of stream) {
    assert.equal(chunk.model, model);
    assert.ok(!chunk.usage, "Nobody asked for the usage.");
    text += chunk.choices[0].delta.content ?? "";
    pieces++;
  }

  assert.equal(text, greetings[model]);
  assert.ok(pieces > 2);
});

each("chat, streamed and put together, with usage", async ({ client, model }) => {
  const stream = client.chat.completions.stream({
    model,
    messages: user("Hello"),
    stream_options: { include_usage: true },
  });
  const answer = await stream.finalChatCompletion();
  assert.equal(answer.choices[0].message.content, greetings[model]);
  assert.ok((await stream.totalUsage()).total_tokens > 0);
});

each("completions of old", async ({ client, model }) => {
  const answer = await client.completions.create({ model, prompt: "Hello" });
  assert.equal(answer.choices[0].text, greetings[model]);
  let text = "";
  for await (const chunk of await client.completions.create({ model, prompt: "Hello", stream: true })) {
    text += chunk.choices[0]?.text ?? "";
  }

  assert.equal(text, greetings[model]);
});

each("tools, in two turns", async ({ client, model }) => {
  const messages = user("How is the weather in Paris?");
  const first = await client.chat.completions.create({ model, messages, tools });
  const { message, finish_reason } = first.choices[0];
  assert.equal(finish_reason, "tool_calls");
  assert.equal(message.tool_calls[0].function.name, "get_weather");
  assert.deepEqual(JSON.parse(message.tool_calls[0].function.arguments), { city: "Paris" });
  const result = { role: "tool", tool_call_id: message.tool_calls[0].id, content: "18 degrees" };
  const second = await client.chat.completions.create({ model, messages: [...messages, message, result], tools });
  assert.equal(second.choices[0].message.content, report);
});

each("tools, run by the SDK on a stream", async ({ client, model }) => {
  const asked = [];
  const run = (city) => {
    asked.push(city);
    return "18 degrees";
  };
  const runner = client.chat.completions.runTools({
    model,
    stream: true,
    messages: user("How is the weather in Paris?"),
    tools: [{ type: "function", function: { ...tools[0].function, parse: JSON.parse, function: run } }],
  });
  assert.equal(await runner.finalContent(), report);
  assert.deepEqual(asked, [{ city: "Paris" }]);
});

each("structured output", async ({ client, model }) => {
  const answer = await client.chat.completions.parse({
    model,
    messages: user("Describe Ada."),
    response_format: zodResponseFormat(Person, "person"),
  });
  assert.deepEqual(answer.choices[0].message.parsed, person);
});

each("embeddings, base64 and floats", async ({ client, model }) => {
  const packed = await client.embeddings.create({ model, input: ["One", "Two"] });
  const plain = await client.embeddings.create({ model, input: ["One", "Two"], encoding_format: "float" });
  assert.equal(packed.data.length, 2);
  assert.equal(packed.data[0].embedding.length, 8);
  assert.deepEqual(packed.data[1].embedding.map(Math.fround), plain.data[1].embedding.map(Math.fround));
  assert.ok(plain.usage.total_tokens > 0);
}, ["embed"]);

each("models", async ({ client, model }) => {
  const listed = [];
  for await (const one of client.models.list()) {
    listed.push(one.id);
  }

  assert.deepEqual(listed, ["gpt", "claude", "embed", "native"]);
  assert.equal((await client.models.retrieve(model)).id, model);
});

each("response", async ({ client, model }) => {
  const answer = await client.responses.create({ model, input: "Hello" });
  assert.equal(answer.output_text, greetings[model]);
  assert.equal(answer.status, "completed");
  assert.ok(answer.usage.total_tokens > 0);
});

each("response, streamed", async ({ client, model }) => {
  const stream = client.responses.stream({ model, input: "Hello" });
  let text = "";
  stream.on("response.output_text.delta", (event) => (text += event.delta));
  const answer = await stream.finalResponse();
  assert.equal(text, greetings[model]);
  assert.equal(answer.output_text, greetings[model]);
});

each("response with tools, in two turns", async ({ client, model }) => {
  const first = await client.responses.create({ model, input: "How is the weather in Paris?", tools: flatTools });
  const call = first.output.find((item) => item.type === "function_call");
  assert.deepEqual(JSON.parse(call.arguments), { city: "Paris" });
  const second = await client.responses.create({
    model,
    previous_response_id: first.id,
    input: [{ type: "function_call_output", call_id: call.call_id, output: "18 degrees" }],
    tools: flatTools,
  });
  assert.equal(second.output_text, report);
});

each("response, structured", async ({ client, model }) => {
  const answer = await client.responses.parse({
    model,
    input: "Describe Ada.",
    text: { format: zodTextFormat(Person, "person") },
  });
  assert.deepEqual(answer.output_parsed, person);
});

each("response, with reasoning", async ({ client, model }) => {
  const answer = await client.responses.create({ model, input: "Think.", reasoning: { effort: "low", summary: "auto" } });
  assert.equal(answer.output_text, "Four.");
  assert.equal(answer.output.find((item) => item.type === "reasoning").summary[0].text, "Two and two.");
});

each("response, kept, read and deleted", async ({ client, model }) => {
  const { id } = await client.responses.create({ model, input: "Hello" });
  assert.equal((await client.responses.retrieve(id)).output_text, greetings[model]);
  const items = await client.responses.inputItems.list(id);
  assert.equal(items.data[0].content[0].text, "Hello");
  await client.responses.delete(id);
  assert.ok((await thrown(() => client.responses.retrieve(id))) instanceof OpenAI.NotFoundError);
});

const fails = (status, type) => async ({ client, model }) => {
  const messages = user(`Fail with ${status}.`);
  for (const call of [
    () => client.chat.completions.create({ model, messages }),
    () => client.chat.completions.create({ model, messages, stream: true }),
    () => client.responses.create({ model, input: messages }),
    () => client.responses.create({ model, input: messages, stream: true }),
  ]) {
    const error = await thrown(call);
    assert.ok(error instanceof type, `${error}`);
    assert.equal(error.status, status);
    assert.ok(error.type, "It has a type.");
    assert.equal(error.headers.get("retry-after"), status === 429 ? "7" : null);
  }
};

each("bad request", fails(400, OpenAI.BadRequestError));

each("rate limit", fails(429, OpenAI.RateLimitError));

each("server error", fails(500, OpenAI.InternalServerError));

each("wrong key", async ({ model }) => {
  const client = clientWith("sk-wrong");
  const error = await thrown(() => client.chat.completions.create({ model, messages: user("Hello") }));
  assert.ok(error instanceof OpenAI.AuthenticationError, `${error}`);
  assert.ok(!error.message.includes("sk-wrong"));
});

each("unknown model", async ({ client }) => {
  const error = await thrown(() => client.chat.completions.create({ model: "none", messages: user("Hello") }));
  assert.ok(error instanceof OpenAI.NotFoundError, `${error}`);
  assert.equal(error.code, "model_not_found");
}, ["gpt"]);

each("abort", async ({ client, model, stall }) => {
  const stream = await client.chat.completions.create({ model, messages: user(stall), stream: true });
  for await (const chunk of stream) {
    if (chunk.choices[0].delta.content) {
      stream.controller.abort();
    }
  }
});

each("abort by breaking off", async ({ client, model, stall }) => {
  for await (const event of await client.responses.create({ model, input: stall, stream: true })) {
    if (event.type === "response.output_text.delta") {
      break;
    }
  }
});
