/** The readable page of the HTTP contract at /api/docs, drawn from the OpenAPI document; works without the internet. */

interface Operation {
  summary?: string;
  tags?: string[];
  parameters?: { name: string; in: string; required?: boolean; schema?: unknown }[];
  requestBody?: { content?: Record<string, { schema?: unknown }> };
  responses?: Record<string, { description?: string; content?: Record<string, { schema?: unknown }> }>;
}
export interface OpenApiDocument {
  info: { title: string; version: string; description?: string };
  paths?: Record<string, Record<string, unknown> | undefined>;
}

const escaped = (text: string) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const json = (value: unknown) => `<pre tabindex="0">${escaped(JSON.stringify(value, null, 2))}</pre>`;

const STYLE = `
:root{color-scheme:light dark;--ink:#13212c;--ink2:#455563;--paper:#fff;--ground:#eef1f4;--rule:#e1e6ea;--action:#0b5472}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf2;--ink2:#a9b7c2;--paper:#131e26;--ground:#0d151b;--rule:#24323d;--action:#6fc3e2}}
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:900px;margin:0 auto;padding:32px 16px}h1{font-size:22px}h2{font-size:17px;margin-top:32px}
details{background:var(--paper);border:1px solid var(--rule);border-radius:8px;margin:8px 0;padding:10px 14px}
summary{cursor:pointer;overflow-wrap:anywhere}code{font:13px ui-monospace,monospace}
.m{display:inline-block;min-width:48px;color:var(--action);font-weight:600}p,.s{color:var(--ink2)}
pre{overflow:auto;background:var(--ground);padding:10px;border-radius:6px;font:12px/1.45 ui-monospace,monospace;max-height:420px}
a{color:var(--action)}:focus-visible{outline:2px solid var(--action);outline-offset:2px}`;

function operation(method: string, path: string, op: Operation): string {
  const body = op.requestBody?.content?.['application/json']?.schema;
  const parameters = (op.parameters ?? []).map(
    (p) => `<li><code>${escaped(p.name)}</code> in ${escaped(p.in)}${p.required ? ', required' : ''}</li>`,
  );
  const responses = Object.entries(op.responses ?? {}).map(([status, r]) => {
    const schema = r.content?.['application/json']?.schema;
    return `<h4>${escaped(status)} ${escaped(r.description ?? '')}</h4>${schema ? json(schema) : ''}`;
  });
  return `<details><summary><span class="m">${method.toUpperCase()}</span> <code>${escaped(path)}</code> <span class="s">${escaped(op.summary ?? '')}</span></summary>
${parameters.length ? `<h4>Parameters</h4><ul>${parameters.join('')}</ul>` : ''}${body ? `<h4>Body</h4>${json(body)}` : ''}${responses.join('')}</details>`;
}

export function docsPage(document: OpenApiDocument): string {
  const byTag = new Map<string, string[]>();
  for (const [path, methods] of Object.entries(document.paths ?? {}))
    for (const [method, op] of Object.entries(methods ?? {})) {
      const tag = (op as Operation).tags?.[0] ?? 'other';
      byTag.set(tag, [...(byTag.get(tag) ?? []), operation(method, path, op as Operation)]);
    }
  const sections = [...byTag].map(
    ([tag, operations]) => `<section><h2>${escaped(tag)}</h2>${operations.join('\n')}</section>`,
  );
  const title = `${escaped(document.info.title)} API`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style></head>
<body><main><h1>${title}</h1><p>${escaped(document.info.description ?? '')}</p><p>The same as data: <a href="/api/openapi.json">/api/openapi.json</a> (OpenAPI 3.1).</p>${sections.join('\n')}</main></body></html>`;
}
