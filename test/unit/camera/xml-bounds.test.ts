import { describe, expect, it } from 'vitest'
import { parseSoap } from '../../../src/camera/onvif/soap-tree.ts'
import { createXmlBounds, isWithinXmlBounds } from '../../../src/camera/onvif/xml-bounds.ts'
import { envelope, probeMatch, profile1, servicesOf } from '../../support/onvif-answers.ts'
import { twoStreams } from '../../support/onvif-device.ts'

describe('XML of a device', () => {
  it.each([
    ['a probe match', probeMatch({ id: 'urn:uuid:1', name: 'a', xaddrs: ['http://h/x'], httpPort: 80 })],
    ['services', envelope(servicesOf('http://h', 'media2'))],
    ['256 profiles', envelope(twoStreams.map(profile1).join('').repeat(64))],
    ['comments and sections', envelope('<!-- a --><a><![CDATA[<b><c><d>]]></a><?x y?>')],
  ])('is read: %s', (_what, xml) => {
    expect(isWithinXmlBounds(xml)).toBe(true)
  })

  it.each([
    ['entities', `<!DOCTYPE a [<!ENTITY b "c">]>${envelope('&b;')}`],
    ['a declaration in small letters', '<!doctype a>'],
    ['depth', envelope('<a>'.repeat(1000) + '</a>'.repeat(1000))],
    ['depth without end', '<a>'.repeat(100_000)],
    ['tags without end', envelope('<a/>'.repeat(100_000))],
    ['namespaces without end', 'xmlns'.repeat(100_000)],
    ['namespaces in one tag', `<a ${'xmlns:a="b" '.repeat(20_000)}>`],
  ])('is refused before a parser sees it: %s', async (_what, xml) => {
    expect(isWithinXmlBounds(xml)).toBe(false)
    // However the bytes come.
    const accepts = createXmlBounds()
    const bytes = Buffer.from(xml)
    let accepted = true
    for (let at = 0; at < bytes.length; at += 997) accepted = accepts(bytes.subarray(at, at + 997))
    expect(accepted).toBe(false)
    await expect(parseSoap(xml)).rejects.toThrow('larger or deeper')
  })
})
