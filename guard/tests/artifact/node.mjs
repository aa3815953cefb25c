// The hash of a pipeline, written as the manual spells it and with nothing but Node.js's own.
//
//     node node.mjs < vectors.json    writes for each vector its place of refusal, or its canonical text and hash

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

class Refused extends Error {}

const step = (place, key) => `${place}/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;

function canonical(value, place = "") {
  if (typeof value === "number") {
    if (Math.abs(value) > Number.MAX_SAFE_INTEGER || Object.is(value, -0)) throw new Refused(place);
    return JSON.stringify(value);
  }
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item, index) => canonical(item, step(place, index))).join()}]`;
  // By UTF-16 code units, as RFC 8785 wants it.
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key], step(place, key))}`).join()}}`;
}

const answers = JSON.parse(readFileSync(0, "utf8")).map(({ inputs, parameters, pipeline }) => {
  try {
    const text = canonical({ v: 1, pipeline, parameters, inputs });
    return { canonical: text, hash: createHash("sha256").update(text).digest("hex") };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { refused: error.message };
  }
});
console.log(JSON.stringify(answers));
