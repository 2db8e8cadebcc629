export interface FakeProfile {
  readonly token: string
  readonly name: string
  readonly source?: string
  readonly encoding: string | null
  readonly widthPx?: number
  readonly heightPx?: number
  readonly fps?: number
  readonly streamUri: string
}

export type FakeMedia = 'media' | 'media2' | 'broken2'

const namespaces = [
  ['SOAP-ENV', 'http://www.w3.org/2003/05/soap-envelope'],
  ['wsa', 'http://schemas.xmlsoap.org/ws/2004/08/addressing'],
  ['d', 'http://schemas.xmlsoap.org/ws/2005/04/discovery'],
  ['dn', 'http://www.onvif.org/ver10/network/wsdl'],
  ['tds', 'http://www.onvif.org/ver10/device/wsdl'],
  ['trt', 'http://www.onvif.org/ver10/media/wsdl'],
  ['tr2', 'http://www.onvif.org/ver20/media/wsdl'],
  ['tt', 'http://www.onvif.org/ver10/schema'],
  ['ter', 'http://www.onvif.org/ver10/error'],
]
  .map(([prefix, uri]) => `xmlns:${prefix}="${uri}"`)
  .join(' ')

export function envelope(body: string, header = ''): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<SOAP-ENV:Envelope ${namespaces}><SOAP-ENV:Header>${header}</SOAP-ENV:Header><SOAP-ENV:Body>${body}</SOAP-ENV:Body></SOAP-ENV:Envelope>`
}

/** The answer to a probe; also for unit tests. */
export function probeMatch(options: {
  id: string
  name: string
  xaddrs: readonly string[]
  httpPort: number
}): string {
  const { id, name, xaddrs, httpPort } = options
  const scopes = [
    'onvif://www.onvif.org/type/video_encoder',
    `onvif://www.onvif.org/name/${name}`,
    'onvif://www.onvif.org/hardware/X-100',
    'onvif://www.onvif.org/location/country/china',
  ].join(' ')
  return envelope(
    `<d:ProbeMatches><d:ProbeMatch><wsa:EndpointReference><wsa:Address>urn:uuid:1419d68a-1dd2-11b2-a105-${String(httpPort).padStart(12, '0')}</wsa:Address></wsa:EndpointReference><d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types><d:Scopes>\n${scopes}\n</d:Scopes><d:XAddrs>${xaddrs.map(toXml).join(' ')}</d:XAddrs><d:MetadataVersion>10</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches>`,
    `<wsa:RelatesTo>${id}</wsa:RelatesTo><wsa:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</wsa:Action>`,
  )
}

export function dateAndTime(now: Date): string {
  const date = `<tt:Time><tt:Hour>${now.getUTCHours()}</tt:Hour><tt:Minute>${now.getUTCMinutes()}</tt:Minute><tt:Second>${now.getUTCSeconds()}</tt:Second></tt:Time><tt:Date><tt:Year>${now.getUTCFullYear()}</tt:Year><tt:Month>${now.getUTCMonth() + 1}</tt:Month><tt:Day>${now.getUTCDate()}</tt:Day></tt:Date>`
  return `<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings><tt:TimeZone><tt:TZ>CST-8</tt:TZ></tt:TimeZone><tt:UTCDateTime>${date}</tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>`
}

export function servicesOf(base: string, media: FakeMedia): string {
  const service = (namespace: string, path: string) =>
    `<tds:Service><tds:Namespace>http://www.onvif.org/${namespace}/wsdl</tds:Namespace><tds:XAddr>${base}/${path}</tds:XAddr><tds:Version><tt:Major>2</tt:Major><tt:Minor>40</tt:Minor></tds:Version></tds:Service>`
  const list = [
    service('ver10/device', 'device_service'),
    service('ver10/media', 'media_service'),
    ...(media === 'media' ? [] : [service('ver20/media', 'media2_service')]),
  ]
  return `<tds:GetServicesResponse>${list.join('')}</tds:GetServicesResponse>`
}

export function profile1(profile: FakeProfile): string {
  const { token, name, source = 'VideoSource_1' } = profile
  return `<trt:Profiles token="${toXml(token)}" fixed="true"><tt:Name>${toXml(name)}</tt:Name>${
    profile.encoding === null
      ? ''
      : `<tt:VideoSourceConfiguration token="vsc"><tt:Name>v</tt:Name><tt:SourceToken>${source}</tt:SourceToken></tt:VideoSourceConfiguration><tt:VideoEncoderConfiguration token="vec">${encoder(profile)}</tt:VideoEncoderConfiguration>`
  }</trt:Profiles>`
}

export function profile2(profile: FakeProfile): string {
  const { token, name, source = 'VideoSource_1' } = profile
  return `<tr2:Profiles token="${toXml(token)}" fixed="true"><tr2:Name>${toXml(name)}</tr2:Name><tr2:Configurations>${
    profile.encoding === null
      ? ''
      : `<tr2:VideoSource token="vsc"><tt:Name>v</tt:Name><tt:SourceToken>${source}</tt:SourceToken></tr2:VideoSource><tr2:VideoEncoder token="vec" GovLength="50" Profile="Main">${encoder(profile)}</tr2:VideoEncoder>`
  }</tr2:Configurations></tr2:Profiles>`
}

function encoder({ encoding, widthPx, heightPx, fps }: FakeProfile): string {
  return `<tt:Encoding>${encoding}</tt:Encoding><tt:Resolution><tt:Width>${widthPx}</tt:Width><tt:Height>${heightPx}</tt:Height></tt:Resolution><tt:Quality>4</tt:Quality><tt:RateControl><tt:FrameRateLimit>${fps}</tt:FrameRateLimit><tt:BitrateLimit>4096</tt:BitrateLimit></tt:RateControl>`
}

export function toXml(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

export function fromXml(value: string): string {
  return value.replace(/&#(\d+);/g, (_whole, code) => String.fromCharCode(Number(code)))
}
