import { emitSchema } from './emit-schema.ts'

interface Node {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly properties?: Readonly<Record<string, Node>>
  readonly required?: readonly string[]
  readonly items?: Node
  readonly anyOf?: readonly Node[]
  readonly minimum?: number
  readonly maximum?: number
}

const head = `# Configuration

One YAML file; \`vireo config check\` says where a mistake is. This page is generated from the schema
(\`vireo config docs\`). \`\${NAME}\` and \`\${NAME:-default}\` inside a value are replaced from the environment,
or else from the file beside the configuration that has its name and ends in \`.env\` (\`vireo.env\` beside \`vireo.yaml\`; lines
\`NAME=value\`, for its owner alone: mode 0600): keep passwords there. A relative path (dataDir, a model, a file as camera) starts at the folder in which \`vireo\` is
started, not at that of the file: \`npm run vireo\` starts it in the folder of package.json, the systemd unit in
\`/var/lib/vireo\`. Give absolute paths where both may differ. An annotated example is
[config/vireo.yaml](../config/vireo.yaml); editors complete the fields from
[config/schema/vireo.schema.json](../config/schema/vireo.schema.json).

| field | accepts | default | meaning |
|---|---|---|---|
`

/** docs/configuration.md: every field of the schema with what it accepts, its default and its meaning. */
export function emitMarkdown(): string {
  return `${head}${rowsOf(JSON.parse(emitSchema()), '').join('\n')}\n`
}

function rowsOf(node: Node, path: string): string[] {
  const object = node.properties ? node : node.anyOf?.find((branch) => branch.properties)
  if (object?.properties)
    return Object.entries(object.properties).flatMap(([name, child]) => {
      const at = path === '' ? name : `${path}.${name}`
      const required = object.required?.includes(name) ?? false
      return [row(child, at, required), ...rowsOf(child, at)]
    })
  return node.items?.properties ? rowsOf(node.items, `${path}[]`) : []
}

function row(node: Node, path: string, required: boolean): string {
  const fallback = node.default
  const shown =
    fallback === undefined
      ? required
        ? 'required'
        : '–'
      : typeof fallback === 'object'
        ? Array.isArray(fallback) && fallback.length > 0
          ? code(fallback)
          : '–'
        : code(fallback)
  return `| \`${path}\` | ${accepts(node)} | ${shown} | ${(node.description ?? '').replaceAll('|', '\\|')} |`
}

function accepts(node: Node): string {
  if (node.const !== undefined) return code(node.const)
  if (node.enum) return node.enum.map((value) => `\`${value}\``).join(', ')
  if (node.anyOf) return node.anyOf.map(accepts).join(' or ')
  if (node.type === 'array')
    return `list of ${node.items?.properties ? 'objects' : accepts(node.items ?? {})}`
  const { minimum, maximum } = node
  const top = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined
  if (minimum !== undefined && top !== undefined) return `${node.type}, ${minimum}–${top}`
  if (minimum !== undefined && minimum > -Number.MAX_SAFE_INTEGER) return `${node.type} ≥ ${minimum}`
  return node.type ?? 'any'
}

function code(value: unknown): string {
  return `\`${JSON.stringify(value)}\``
}
