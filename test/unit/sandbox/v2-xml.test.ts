import { describe, expect, it } from 'vitest'
import { encodeXml, parseXml, stringToSign } from '../../../src/sandbox/v2-xml.ts'

const read = (text: string) => {
  const fields = parseXml(text)
  return fields && Object.fromEntries(fields)
}

describe('parseXml', () => {
  it.each<[string, string, Record<string, string>]>([
    ['text and CDATA', '<xml><a>1</a><b><![CDATA[二]]></b></xml>', { a: '1', b: '二' }],
    [
      'blanks between elements',
      ' <xml>\r\n <a>1</a>\n\t<b> 2 </b>\n</xml>\n',
      { a: '1', b: ' 2 ' },
    ],
    ['a declaration', '<?xml version="1.0" encoding="UTF-8"?><xml><a>1</a></xml>', { a: '1' }],
    ['empty elements', '<xml><a></a><b><![CDATA[]]></b></xml>', { a: '', b: '' }],
    ['no element', '<xml></xml>', {}],
    ['predefined entities', '<xml><a>&lt;&amp;&gt;&quot;&apos;</a></xml>', { a: '<&>"\'' }],
    ['markup in CDATA', '<xml><a><![CDATA[<b>&amp;</b>]]></a></xml>', { a: '<b>&amp;</b>' }],
    ['split CDATA', '<xml><a><![CDATA[x]]]]><![CDATA[>y]]></a></xml>', { a: 'x]]>y' }],
  ])('reads %s', (_, text, fields) => {
    expect(read(text)).toEqual(fields)
  })

  it.each([
    ['nothing', ''],
    ['JSON', '{"a":1}'],
    ['another root', '<root><a>1</a></root>'],
    ['a document type', '<!DOCTYPE xml><xml><a>1</a></xml>'],
    [
      'an external entity',
      '<!DOCTYPE xml [<!ENTITY e SYSTEM "file:///etc/hostname">]><xml><a>&e;</a></xml>',
    ],
    ['an entity of its own', '<xml><a>&e;</a></xml>'],
    ['a character reference', '<xml><a>&#65;</a></xml>'],
    ['a bare ampersand', '<xml><a>1&2</a></xml>'],
    ['a comment', '<xml><!-- x --><a>1</a></xml>'],
    ['an instruction', '<xml><?x y?><a>1</a></xml>'],
    ['an attribute', '<xml><a b="1">1</a></xml>'],
    ['a namespace', '<xml><x:a>1</x:a></xml>'],
    ['nesting', '<xml><a><b>1</b></a></xml>'],
    ['a name twice', '<xml><a>1</a><a>2</a></xml>'],
    ['text between elements', '<xml>x<a>1</a></xml>'],
    ['an end that does not fit', '<xml><a>1</b></xml>'],
    ['no end', '<xml><a>1</a>'],
    ['CDATA without end', '<xml><a><![CDATA[1</a></xml>'],
    ['something after the end', '<xml><a>1</a></xml><xml></xml>'],
    ['too much', `<xml><a>${'x'.repeat(65_536)}</a></xml>`],
  ])('refuses %s', (_, text) => {
    expect(parseXml(text)).toBeUndefined()
  })
})

describe('encodeXml', () => {
  it('writes what parseXml reads', () => {
    const fields = new Map([
      ['total_fee', '100'],
      ['body', '咖啡 <大> & ]]> 杯'],
      ['empty', ''],
    ])
    const text = encodeXml(fields)
    expect(text).toContain('<total_fee>100</total_fee>')
    expect(text).toContain('<empty><![CDATA[]]></empty>')
    expect(parseXml(text)).toEqual(fields)
  })
})

describe('stringToSign', () => {
  it('sorts by ASCII, leaves out empty values and the sign, and ends with the key', () => {
    const fields = new Map([
      ['b', '2'],
      ['sign', 'X'],
      ['a_b', '4'],
      ['B', '1'],
      ['empty', ''],
      ['aab', '3'],
    ])
    expect(stringToSign(fields, 'K')).toBe('B=1&a_b=4&aab=3&b=2&key=K')
  })
})
