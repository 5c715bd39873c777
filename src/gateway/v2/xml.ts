/**
 * The XML of APIv2: one `<xml>` element that holds a flat list of named texts (APIv2 协议规则, "参数规定").
 * The reader takes that grammar and nothing else: no document type, no entity but the five that XML
 * itself has, no attribute, comment, instruction, nested element or repeated name.
 */

/** The named texts of one message. A name with an empty text is not among them: it is not signed. */
export type Fields = ReadonlyMap<string, string>

/** Most bytes of a message that are looked at. A list of ten refunds has some 10 KiB. */
const BYTES_MAX = 64 * 1_024
/** Most names of one message. */
const FIELDS_MAX = 512

const NUMBER = /^\d{1,15}$/
const DECLARATION = /^<\?xml version=(?:"1\.0"|'1\.0')(?: encoding=(?:"utf-8"|'utf-8'))? ?\?>/i
const SPACE = /[ \t\r\n]*/y
/** `<name/>` or `<name>`, then a CDATA section or a text, then its end. */
const ELEMENT =
  /<([A-Za-z_][0-9A-Za-z_]{0,63})(?: ?\/>|>(?:<!\[CDATA\[([\s\S]*?)\]\]>|([^<]*))<\/\1>)/y
const ENTITY = /&(?:(lt|gt|amp|quot|apos);)?/g
const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
}

/** Writes a message in the order of its names. A text that could end its CDATA section is split. */
export function writeXml(fields: Fields): string {
  const elements = [...fields].map(([name, text]) => `<${name}>${writeText(text)}</${name}>`)
  return `<xml>${elements.join('')}</xml>`
}

function writeText(text: string): string {
  if (NUMBER.test(text)) return text
  return `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/**
 * Reads a message; undefined when it is anything but one. Takes time in proportion to its size.
 *
 * @param root name of the one element around it; what is sealed in a refund notification has `root`
 */
export function readXml(body: Uint8Array, root: 'xml' | 'root' = 'xml'): Fields | undefined {
  if (body.length > BYTES_MAX) return undefined
  const text = decode(body)
  if (text === undefined) return undefined
  const start = skipSpace(text, DECLARATION.exec(text)?.[0].length ?? 0)
  const opening = `<${root}>`
  if (!text.startsWith(opening, start)) return undefined
  return readElements(text, start + opening.length, `</${root}>`)
}

function decode(body: Uint8Array): string | undefined {
  try {
    return decoder.decode(body)
  } catch {
    return undefined
  }
}

function readElements(text: string, start: number, closing: string): Fields | undefined {
  const fields = new Map<string, string>()
  const names = new Set<string>()
  let at = skipSpace(text, start)
  while (!text.startsWith(closing, at)) {
    ELEMENT.lastIndex = at
    const [whole, name, literal, escaped] = ELEMENT.exec(text) ?? []
    if (whole === undefined || name === undefined) return undefined
    // The pattern may have run over the end of one section to find the next.
    if (literal?.includes(']]>') || escaped?.includes(']]>')) return undefined
    const value = literal ?? unescapeText(escaped ?? '')
    // Two texts under one name could be read as one by whoever signs, and as the other by us.
    if (value === undefined || names.has(name) || names.size >= FIELDS_MAX) return undefined
    names.add(name)
    if (value !== '') fields.set(name, value)
    at = skipSpace(text, at + whole.length)
  }
  return skipSpace(text, at + closing.length) === text.length ? fields : undefined
}

function skipSpace(text: string, at: number): number {
  SPACE.lastIndex = at
  return at + (SPACE.exec(text)?.[0].length ?? 0)
}

/** Undefined when there is an entity that is not XML's own. */
function unescapeText(text: string): string | undefined {
  let isKnown = true
  const plain = text.replace(ENTITY, (_whole, name: string | undefined) => {
    if (name === undefined) isKnown = false
    return name === undefined ? '' : (ENTITIES[name] ?? '')
  })
  return isKnown ? plain : undefined
}
