// A request as a line for a shell.

// In single quotes a POSIX shell leaves everything as it is but the quote itself.
export const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

// The key is not written out: whoever pastes the line has it in the environment.
export function curlLine(url, body, hasKey) {
  return [
    `curl ${body.stream ? "--no-buffer " : ""}${quoted(url)}`,
    "-H 'content-type: application/json'",
    ...(hasKey ? ['-H "authorization: Bearer $KVOTA_API_KEY"'] : []),
    `--data-raw ${quoted(JSON.stringify(body))}`,
  ].join(" \\\n  ");
}

// The clipboard's own interface exists on secure origins only.
export async function copy(text, from) {
  if (navigator.clipboard) {
    try { return await navigator.clipboard.writeText(text); } catch { /* not allowed: the older way */ }
  }
  getSelection().selectAllChildren(from);
  document.execCommand("copy");
  getSelection().removeAllRanges();
}
