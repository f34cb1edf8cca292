import assert from "node:assert/strict";
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, embedMany, generateText, Output, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";
import { cases, greetings, key, person, report, root, thrown } from "./cases.js";

globalThis.AI_SDK_LOG_WARNINGS = false;
const baseURL = `${root}/v1`;
const openai = (apiKey) => createOpenAI({ baseURL, apiKey });
const compatible = (apiKey) =>
  createOpenAICompatible({ name: "callgate", baseURL, apiKey, includeUsage: true, supportsStructuredOutputs: true });
const each = cases({
  responses: (model, apiKey = key) => openai(apiKey).responses(model),
  chat: (model, apiKey = key) => openai(apiKey).chat(model),
  compatible: (model, apiKey = key) => compatible(apiKey)(model),
  anthropic: (model, apiKey = key) => createAnthropic({ baseURL, apiKey })(model),
});
const weather = (asked) => ({
  get_weather: tool({
    description: "Tells the weather.",
    inputSchema: z.object({ city: z.string() }),
    execute: async (input) => {
      asked.push(input);
      return "18 degrees";
    },
  }),
});

each("text", async ({ client, model }) => {
  const { text, usage, finishReason } = await generateText({ model: client(model), prompt: "Hello", maxRetries: 0 });
  assert.equal(text, greetings[model]);
  assert.equal(finishReason, "stop");
  assert.ok(usage.inputTokens > 0 && usage.outputTokens > 0);
});

each("text, streamed", async ({ client, model }) => {
  const result = streamText({ model: client(model), prompt: "Hello", maxRetries: 0 });
  const pieces = [];
  for await (const piece of result.textStream) {
    pieces.push(piece);
  }

  assert.equal(pieces.join(""), greetings[model]);
  assert.ok(pieces.length > 1);
  const usage = await result.usage;
  assert.ok(usage.inputTokens > 0 && usage.outputTokens > 0);
  assert.equal(await result.finishReason, "stop");
});

each("tools, run by the SDK", async ({ client, model }) => {
  const asked = [];
  const { text, steps } = await generateText({
    model: client(model),
    prompt: "How is the weather in Paris?",
    tools: weather(asked),
    stopWhen: stepCountIs(3),
    maxRetries: 0,
  });
  assert.equal(text, report);
  assert.deepEqual(asked, [{ city: "Paris" }]);
  assert.equal(steps[0].finishReason, "tool-calls");
});

each("tools, run by the SDK on a stream", async ({ client, model }) => {
  const asked = [];
  const result = streamText({
    model: client(model),
    prompt: "How is the weather in Paris?",
    tools: weather(asked),
    stopWhen: stepCountIs(3),
    maxRetries: 0,
  });
  assert.equal(await result.text, report);
  assert.deepEqual(asked, [{ city: "Paris" }]);
});

each("structured output", async ({ client, model }) => {
  const { output } = await generateText({
    model: client(model),
    prompt: "Describe Ada.",
    output: Output.object({ schema: z.object({ name: z.string(), age: z.number() }) }),
    maxRetries: 0,
  });
  assert.deepEqual(output, person);
});

const fails = (status) => async ({ client, model }) => {
  const question = { model: client(model), prompt: `Fail with ${status}.`, maxRetries: 0 };
  const seen = [];
  const result = streamText({ ...question, onError: ({ error }) => void seen.push(error) });
  await result.consumeStream();
  for (const error of [await thrown(() => generateText(question)), seen[0]]) {
    assert.ok(APICallError.isInstance(error), `${error}`);
    assert.equal(error.statusCode, status);
    assert.equal(error.isRetryable, status !== 400);
    assert.ok(error.data?.error, "The body is an error of the provider's schema.");
    assert.equal(error.responseHeaders["retry-after"], status === 429 ? "7" : undefined);
  }
};

each("bad request", fails(400));

each("rate limit", fails(429));

each("server error", fails(500));

each("wrong key", async ({ client, model }) => {
  const question = { model: client(model, "sk-wrong"), prompt: "Hello", maxRetries: 0 };
  const error = await thrown(() => generateText(question));
  assert.ok(APICallError.isInstance(error), `${error}`);
  assert.equal(error.statusCode, 401);
  assert.ok(!error.message.includes("sk-wrong"));
});

each("unknown model", async ({ client }) => {
  const error = await thrown(() => generateText({ model: client("none"), prompt: "Hello", maxRetries: 0 }));
  assert.ok(APICallError.isInstance(error), `${error}`);
  assert.equal(error.statusCode, 404);
  assert.match(error.message, /none/);
}, ["gpt"]);

each("abort", async ({ client, model, stall }) => {
  const controller = new AbortController();
  const { fullStream } = streamText({ model: client(model), prompt: stall, abortSignal: controller.signal, maxRetries: 0 });
  const kinds = [];
  for await (const part of fullStream) {
    kinds.push(part.type);
    if (part.type === "text-delta") {
      controller.abort();
    }
  }

  assert.ok(kinds.includes("abort"), `${kinds}`);
});

const embeds = cases({ openai: openai(key), compatible: compatible(key) });

embeds("embeddings", async ({ client, model }) => {
  const { embeddings, usage } = await embedMany({ model: client.embeddingModel(model), values: ["One", "Two"] });
  assert.deepEqual(embeddings.map((vector) => vector.length), [8, 8]);
  assert.ok(usage.tokens > 0);
}, ["embed"]);
