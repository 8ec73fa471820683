// Server-sent events over fetch: EventSource cannot POST.
export async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += value.replaceAll("\r\n", "\n");
    let end;
    while ((end = rest.indexOf("\n\n")) >= 0) {
      const event = parse(rest.slice(0, end));
      rest = rest.slice(end + 2);
      if (event) yield event;
    }
  }
}

function parse(chunk) {
  const fields = chunk.split("\n").map((row) => row.match(/^(event|data): ?(.*)$/)).filter(Boolean);
  const data = fields.filter(([, name]) => name === "data").map(([, , content]) => content);
  return data.length ? { kind: fields.find(([, name]) => name === "event")?.[2] ?? "message", data: data.join("\n") } : null;
}
