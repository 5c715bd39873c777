import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { IntlMessageFormat } from 'intl-messageformat'
import { expect, test } from 'vitest'
import { amountWidth, formatAmount } from '../../../renderer/text/amount.ts'
import { LANGUAGES, nextLanguage, readLanguage } from '../../../renderer/text/language.ts'
import { isTextKey, TEXTS, type TextKey, translate } from '../../../renderer/text/translate.ts'

const keys = Object.keys(TEXTS) as TextKey[]
const folder = join(import.meta.dirname, '../../../renderer')

function sources(): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/-texts\.ts$|config\.ts$/.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n')
}

type Node = { type: number; value?: unknown; options?: Record<string, { value: Node[] }> }

function placeholders(nodes: readonly Node[]): string[] {
  const names = new Set<string>()
  for (const node of nodes) {
    // 0 is literal text and 7 the number sign of a plural; all else names a value.
    if (node.type !== 0 && node.type !== 7) names.add(String(node.value))
    for (const option of Object.values(node.options ?? {})) {
      for (const name of placeholders(option.value)) names.add(name)
    }
  }
  return [...names].sort()
}

function placeholdersOf(source: string, language: string): string[] {
  return placeholders(new IntlMessageFormat(source, language).getAst() as unknown as Node[])
}

test.each(keys)('%s is there in every language, with the same placeholders', (key) => {
  const text: Readonly<Record<string, string>> = TEXTS[key]
  expect(Object.keys(text).sort()).toEqual([...LANGUAGES].sort())
  for (const language of LANGUAGES) {
    expect(text[language]?.trim()).toBeTruthy()
    expect(placeholdersOf(text[language] ?? '', language)).toEqual(
      placeholdersOf(text['zh-CN'] ?? '', 'zh-CN'),
    )
  }
})

test('no sentence is left over', () => {
  const code = sources()
  // The lights' names come from the model; translate.ts looks them up by device and detail.
  const families = [...code.matchAll(/`([a-z_.]+\.)\$\{/g)].map((match) => match[1] ?? '')
  const isOfFamily = (key: string) => ['light.', ...families].some((name) => key.startsWith(name))
  const isNamed = (key: string) => code.includes(`'${key}'`) || code.includes(`"${key}"`)
  const unused = keys.filter((key) => !isOfFamily(key) && !isNamed(key))
  expect(unused).toEqual([])
})

test('every sentence that is named exists', () => {
  const named = sources().matchAll(
    /'((?:state|pad|key|ask|answer|detail|recent|outcome|customer|link|countdown|refund|pending|day|by_hand|sign_in|verdict|concern|limits|act|span|tile)\.[\w.]+)'/g,
  )
  const unknown = [...named].map((match) => match[1] ?? '').filter((name) => !isTextKey(name))
  expect(unknown).toEqual([])
})

test('placeholders are filled in', () => {
  expect(translate('zh-CN', 'pending.title', { count: 3 })).toBe('另有 3 笔待确认')
  expect(translate('en', 'detail.order', { order: 'A-1' })).toBe('Order A-1')
})

test('amounts are written from their digits', () => {
  expect(formatAmount(0)).toBe('0.00')
  expect(formatAmount(7)).toBe('0.07')
  expect(formatAmount(1230)).toBe('12.30')
  expect(formatAmount(1_000_000_000)).toBe('10,000,000.00')
  expect(amountWidth('1,234.56')).toBe(70)
})

test('languages go round and foreign names are refused', () => {
  expect(nextLanguage('zh-CN')).toBe('en')
  expect(nextLanguage('en')).toBe('zh-CN')
  expect(readLanguage('en')).toBe('en')
  expect(readLanguage('fr')).toBeUndefined()
  expect(readLanguage(null)).toBeUndefined()
})
