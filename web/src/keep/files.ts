// The network as a model file, out and in; and how a browser is handed a file or a text.

import { address } from "../state";

/** Hand the reader a file. */
export function download(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Copy a text; false where the browser forbids it. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Save the network as it is; returns what there is to say. Throws a refusal in words. */
export async function saveModel(): Promise<string> {
  const answer = await asked(address("model"));
  download("playground.glassnet", await answer.blob());
  return "Saved as playground.glassnet. gn.load reads it in Python, and “Load a model” here.";
}

/** Show the network of a model file. */
export async function loadModel(file: File): Promise<string> {
  const answer = await asked(address("model"), { method: "POST", body: file });
  const { says } = (await answer.json()) as { says?: string | string[] };
  const more = [says ?? []].flat().join(" ");
  return `${file.name} is loaded. ${more}`.trim();
}

async function asked(url: string, options?: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(url, options);
  } catch {
    throw new Error("The server does not answer. Does the command still run?");
  }
  if (!answer.ok) throw new Error(await refusal(answer));
  return answer;
}

async function refusal(answer: Response): Promise<string> {
  try {
    const { says } = (await answer.json()) as { says?: string | string[] };
    if (says) return [says].flat().join(" ");
  } catch {
    // No JSON: the status has to do.
  }
  return `The server refused, with status ${answer.status}.`;
}
