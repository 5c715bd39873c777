import { z } from 'zod'
import { configSchema } from './config.ts'

type Node = {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly const?: unknown
  readonly properties?: Readonly<Record<string, Node>>
  readonly required?: readonly string[]
  readonly items?: Node
  readonly oneOf?: readonly Node[]
  readonly anyOf?: readonly Node[]
}

/** Writes the page that documents every field of the configuration, from the schema that checks it. */
export function buildConfigurationPage(): string {
  const root = z.toJSONSchema(configSchema, { io: 'input', reused: 'inline' }) as Node
  return `${[
    '# Configuration',
    '',
    'One JSON file per terminal. A field that is not listed here is refused, and so is a missing one',
    'without a default. Paths start from the folder of the file. `guitai sandbox` writes a ready one.',
    '',
    '| Field | Needed | Default | What it is |',
    '|---|---|---|---|',
    ...rowsOf(root, ''),
    '',
  ].join('\n')}`
}

function rowsOf(node: Node, prefix: string): string[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const name = prefix === '' ? key : `${prefix}.${key}`
    const needed = node.required?.includes(key) ?? false
    return [...rowOf(name, child, needed), ...childrenOf(name, child)]
  })
}

function rowOf(name: string, node: Node, needed: boolean): string[] {
  if (node.description === undefined) return []
  const text =
    node.const === undefined ? node.description : `\`${node.const}\`: ${node.description}`
  const value = node.default === undefined ? '' : `\`${JSON.stringify(node.default)}\``
  return [
    `| \`${name}\` | ${needed && node.default === undefined ? 'yes' : ''} | ${value} | ${text} |`,
  ]
}

function childrenOf(name: string, node: Node): string[] {
  if (node.items) return childrenOf(`${name}[]`, node.items)
  const choices = node.oneOf ?? node.anyOf ?? []
  const rows = choices.flatMap((choice) => rowsOf(choice, name))
  return [...rowsOf(node, name), ...rows]
}
