// Runs a script's cases one after the other. Prints a line of JSON for each: its name, and what went wrong, if anything did.
import path from "node:path";

export const root = process.env.CALLGATE_ROOT;
export const key = process.env.CALLGATE_KEY;

/** What the mock behind each model says. */
export const greetings = {
  gpt: "Hello from gpt-4o-mini (mock).",
  claude: "Hello from claude-sonnet-4-5 (mock).",
};

export const person = { name: "Ada", age: 36 };
export const report = "It is 18 degrees in Paris.";

const patience = 60_000;
const script = path.basename(process.argv[1], ".js");
const queue = [];
setImmediate(run);

/** A function that adds a case of these clients: each with a model that speaks OpenAI's format, and one that speaks Anthropic's. */
export function cases(clients) {
  return function each(name, test, models = Object.keys(greetings)) {
    for (const [client, made] of Object.entries(clients)) {
      for (const model of models) {
        const id = `${script} ${client} ${model}: ${name}`;
        queue.push({ id, test: () => test({ id, model, client: made, stall: `Stall, ${id}.` }) });
      }
    }
  };
}

/** What a call throws. */
export async function thrown(call) {
  try {
    await call();
  } catch (error) {
    return error;
  }

  throw new Error("It threw nothing.");
}

async function run() {
  for (const { id, test } of queue) {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error("It takes for ever.")), patience);
    });
    const error = await Promise.race([test(), late]).then(
      () => null,
      (e) => `${e?.stack ?? e}`,
    );
    clearTimeout(timer);
    console.log(JSON.stringify({ id, error }));
  }

  process.exit(0);
}
