import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readXml, writeXml } from '../../../../src/gateway/v2/xml.ts'

const read = (text: string) => readXml(Buffer.from(text, 'utf8'))
const entries = (text: string) => Object.fromEntries(read(text) ?? [['unreadable', '']])

describe('reading a message', () => {
  test('the shapes the gateway sends', () => {
    expect(
      entries('<xml><a><![CDATA[甲]]></a>\n<b>12</b>\r\n  <c_0></c_0><d/><e />\n</xml>\n'),
    ).toEqual({ a: '甲', b: '12' })
    expect(entries('<?xml version="1.0" encoding="UTF-8"?>\n<xml><a>1</a></xml>')).toEqual({
      a: '1',
    })
    expect(entries('<xml><a>1 &lt; 2 &amp;&quot;&apos;&gt;</a></xml>')).toEqual({
      a: '1 < 2 &"\'>',
    })
    expect(entries('<xml><a><![CDATA[<b>&amp;</b>]]></a></xml>')).toEqual({ a: '<b>&amp;</b>' })
    expect(entries('<xml></xml>')).toEqual({})
  })

  test.each([
    ['nothing', ''],
    ['JSON', '{"code":"SYSTEM_ERROR"}'],
    ['HTML', '<html><body>502</body></html>'],
    ['a document type', '<!DOCTYPE xml [<!ENTITY e "x">]><xml><a>1</a></xml>'],
    ['a document type inside', '<xml><!DOCTYPE a><a>1</a></xml>'],
    ['an entity of its own', '<xml><a>&e;</a></xml>'],
    ['an entity of the system', '<xml><a>&xxe;</a></xml>'],
    ['a numbered entity', '<xml><a>&#49;</a></xml>'],
    ['a bare ampersand', '<xml><a>1&2</a></xml>'],
    ['an attribute', '<xml><a b="1">1</a></xml>'],
    ['an attribute of the root', '<xml b="1"><a>1</a></xml>'],
    ['a comment', '<xml><!-- x --><a>1</a></xml>'],
    ['an instruction', '<xml><?php x ?><a>1</a></xml>'],
    ['a nested element', '<xml><a><b>1</b></a></xml>'],
    ['two sections', '<xml><a><![CDATA[1]]><![CDATA[2]]></a></xml>'],
    ['text around a section', '<xml><a>1<![CDATA[2]]></a></xml>'],
    ['a section that ends twice', '<xml><a><![CDATA[1]]>2]]></a></xml>'],
    ['the end of a section in a text', '<xml><a>1]]></a></xml>'],
    ['a name twice', '<xml><a>1</a><a>2</a></xml>'],
    ['a name twice, once empty', '<xml><a></a><a>2</a></xml>'],
    ['an end that is another', '<xml><a>1</b></xml>'],
    ['a text between', '<xml>x<a>1</a></xml>'],
    ['a second root', '<xml><a>1</a></xml><xml></xml>'],
    ['another root', '<root><a>1</a></root>'],
    ['no end', '<xml><a>1</a>'],
    ['half an element', '<xml><a>1</a><b>'],
    ['another encoding', '<?xml version="1.0" encoding="gbk"?><xml><a>1</a></xml>'],
    ['a long name', `<xml><${'a'.repeat(65)}>1</${'a'.repeat(65)}></xml>`],
    ['a long message', `<xml><a>${'1'.repeat(70_000)}</a></xml>`],
    [
      'too many names',
      `<xml>${Array.from({ length: 513 }, (_, at) => `<a${at}>1</a${at}>`).join('')}</xml>`,
    ],
  ])('refuses %s', (_what, text) => {
    expect(read(text)).toBeUndefined()
  })

  test('refuses bytes that are not UTF-8', () => {
    const bytes = Buffer.from('<xml><a>x</a></xml>')
    bytes[8] = 0xff
    expect(readXml(bytes)).toBeUndefined()
  })

  test('any bytes give an answer', () => {
    const pieces = [
      '<xml>',
      '</xml>',
      '<a>',
      '</a>',
      '<![CDATA[',
      ']]>',
      '&',
      '<',
      '1',
      ' ',
      '<a/>',
    ]
    const texts = fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((all) => all.join(''))
    fc.assert(
      fc.property(texts, (text) => {
        const fields = read(text)
        return fields === undefined || [...fields.values()].every((value) => value !== '')
      }),
    )
  })
})

describe('writing a message', () => {
  test('numbers stand bare, everything else in a section', () => {
    const fields = new Map([
      ['total_fee', '1230'],
      ['body', '茶 & <糖>'],
    ])
    const text = '<xml><total_fee>1230</total_fee><body><![CDATA[茶 & <糖>]]></body></xml>'
    expect(writeXml(fields)).toBe(text)
  })

  test('a text that holds the end of a section does not end it', () => {
    const written = writeXml(new Map([['body', 'x]]></body><total_fee>1</total_fee>']]))
    expect(written.match(/<!\[CDATA\[/g)).toHaveLength(2)
    expect(written.split(']]>').slice(1, 2)[0]?.startsWith('<![CDATA[>')).toBe(true)
  })

  test('what is written is read again', () => {
    const name = fc.stringMatching(/^[a-z_][a-z0-9_]{0,20}$/)
    const value = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => !text.includes(']]>'))
    fc.assert(
      fc.property(fc.dictionary(name, value, { noNullPrototype: true }), (fields) => {
        const all = new Map(Object.entries(fields))
        expect(readXml(Buffer.from(writeXml(all)))).toEqual(all)
      }),
    )
  })
})
