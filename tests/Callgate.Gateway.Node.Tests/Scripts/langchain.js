import assert from "node:assert/strict";
import { ChatAnthropic } from "@langchain/anthropic";
import { HumanMessage, ToolMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { z } from "zod";
import { cases, greetings, key, person, report, root, thrown } from "./cases.js";

const configuration = { baseURL: `${root}/v1` };
const each = cases({
  chat: (model, apiKey = key) => new ChatOpenAI({ model, apiKey, configuration, maxRetries: 0, useResponsesApi: false }),
  responses: (model, apiKey = key) => new ChatOpenAI({ model, apiKey, configuration, maxRetries: 0, useResponsesApi: true }),
  anthropic: (model, apiKey = key) => new ChatAnthropic({ model, apiKey, anthropicApiUrl: root, maxRetries: 0 }),
});
const weather = tool(async () => "18 degrees", {
  name: "get_weather",
  description: "Tells the weather.",
  schema: z.object({ city: z.string() }),
});

each("invoke", async ({ client, model }) => {
  const message = await client(model).invoke("Hello");
  assert.equal(message.text, greetings[model]);
  assert.ok(message.usage_metadata.input_tokens > 0 && message.usage_metadata.output_tokens > 0);
});

each("stream", async ({ id, client, model }) => {
  let whole;
  let pieces = 0;
  for await (const chunk of await client(model).stream("Hello")) {
    whole = whole ? whole.concat(chunk) : chunk;
    pieces++;
  }

  assert.equal(whole.text, greetings[model]);
  assert.ok(pieces > 2);
  assert.ok(whole.usage_metadata.output_tokens > 0);
  // Of Anthropic's format LangChain reads the input's tokens at the start, when an OpenAI model has not told them.
  assert.equal(whole.usage_metadata.input_tokens > 0, id !== "langchain anthropic gpt: stream");
});

each("tools, in two turns", async ({ client, model }) => {
  const bound = client(model).bindTools([weather]);
  const question = new HumanMessage("How is the weather in Paris?");
  const first = await bound.invoke([question]);
  assert.equal(first.tool_calls[0].name, "get_weather");
  assert.deepEqual(first.tool_calls[0].args, { city: "Paris" });
  const result = await weather.invoke(first.tool_calls[0]);
  assert.ok(result instanceof ToolMessage);
  assert.equal((await bound.invoke([question, first, result])).text, report);
});

each("tools, on a stream", async ({ client, model }) => {
  let whole;
  for await (const chunk of await client(model).bindTools([weather]).stream("How is the weather in Paris?")) {
    whole = whole ? whole.concat(chunk) : chunk;
  }

  assert.deepEqual(whole.tool_calls.map((call) => [call.name, call.args]), [["get_weather", { city: "Paris" }]]);
});

each("structured output", async ({ client, model }) => {
  const schema = z.object({ name: z.string(), age: z.number() });
  assert.deepEqual(await client(model).withStructuredOutput(schema).invoke("Describe Ada."), person);
});

each("structured output, by a schema", async ({ client, model }) => {
  const schema = z.object({ name: z.string(), age: z.number() });
  const structured = client(model).withStructuredOutput(schema, { name: "person", method: "jsonSchema" });
  assert.deepEqual(await structured.invoke("Describe Ada."), person);
});

each("bad request", async ({ client, model }) => {
  assert.equal((await thrown(() => client(model).invoke("Fail with 400."))).status, 400);
});

each("rate limit", async ({ client, model }) => {
  const error = await thrown(() => client(model).invoke("Fail with 429."));
  assert.deepEqual([error.status, error.lc_error_code], [429, "MODEL_RATE_LIMIT"]);
});

each("server error", async ({ client, model }) => {
  assert.equal((await thrown(() => client(model).invoke("Fail with 500."))).status, 500);
});

each("wrong key", async ({ client, model }) => {
  const error = await thrown(() => client(model, "sk-wrong").invoke("Hello"));
  assert.deepEqual([error.status, error.lc_error_code], [401, "MODEL_AUTHENTICATION"]);
});

each("unknown model", async ({ client }) => {
  const error = await thrown(() => client("none").invoke("Hello"));
  assert.deepEqual([error.status, error.lc_error_code], [404, "MODEL_NOT_FOUND"]);
}, ["gpt"]);

each("abort", async ({ client, model, stall }) => {
  const controller = new AbortController();
  const error = await thrown(async () => {
    for await (const chunk of await client(model).stream(stall, { signal: controller.signal })) {
      if (chunk.text) {
        controller.abort();
      }
    }
  });
  assert.match(`${error}`, /abort/i);
});

each("abort by breaking off", async ({ client, model, stall }) => {
  for await (const chunk of await client(model).stream(stall)) {
    if (chunk.text) {
      break;
    }
  }
});

const embeds = cases({
  embeddings: (model) => new OpenAIEmbeddings({ model, apiKey: key, configuration, maxRetries: 0 }),
});

embeds("embeddings", async ({ client, model }) => {
  const vectors = await client(model).embedDocuments(["One", "Two"]);
  assert.deepEqual(vectors.map((vector) => vector.length), [8, 8]);
}, ["embed"]);
