// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to variables are among what is sent
import { setTimeout as pause } from 'node:timers/promises'
import { holdConnections, rawRequest } from './raw-request.ts'
import { token } from './site.ts'

type Attack = (port: number) => Promise<unknown>

const times = (count: number, of: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => of(at)).join('')
const head = (method: string, path: string, more = '') =>
  `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n${more}\r\n`
const get =
  (path: string, more = ''): Attack =>
  (port) =>
    rawRequest(port, head('GET', path, `Connection: close\r\n${more}`))
const send =
  (method: string, path: string, type: string, body: string): Attack =>
  (port) =>
    rawRequest(
      port,
      `${head(method, path, `Connection: close\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`)}${body}`,
    )
const json = (body: string) => send('POST', '/api/v1/cameras', 'application/json', body)
const yaml = (body: string) => send('POST', '/api/v1/config/diff', 'text/yaml', body)
const camera = (more: string) => json(`{"id":"x1","url":"rtsp://127.0.0.1:1/a","picture":1,${more}}`)
const pipelined =
  (count: number, path: string): Attack =>
  (port) =>
    rawRequest(port, head('GET', path).repeat(count) + head('GET', path, 'Connection: close\r\n'))
const together =
  (count: number, attack: Attack): Attack =>
  (port) =>
    Promise.all(Array.from({ length: count }, () => attack(port)))
const held =
  (count: number, first: string, drop: string): Attack =>
  async (port) => {
    const open = holdConnections(port, count, (socket) => socket.write(first))
    open.every(200, (socket) => socket.write(drop))
    await pause(3000)
    open.close()
  }

/** What somebody may send who wants the cameras to stand still, with and without the token. */
export const hostileRequests: Readonly<Record<string, Attack>> = {
  longUnknownKey: camera(`"${'a'.repeat(60_000)}":1`),
  longKeyOfUrls: camera(`"${'x://'.repeat(15_000)}":1`),
  longUrl: json(`{"id":"x2","picture":1,"url":"${'rtsp://a:'.repeat(7000)}"}`),
  longUrlOfReferences: json(`{"id":"x3","picture":1,"url":"rtsp://h/${'${A:-'.repeat(10_000)}"}`),
  manyUnknownKeys: camera(times(4000, (at) => `"k${at}":1,`).slice(0, -1)),
  manyModels: camera(`"models":[${times(4000, (at) => `"m${at}",`).slice(0, -1)}]`),
  deepJson: camera(`"a":${'['.repeat(30_000)}${']'.repeat(30_000)}`),
  deepObjects: camera(`"a":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`),
  wideJson: camera(`"a":[${'0,'.repeat(30_000)}0]`),
  deepPatch: send(
    'PATCH',
    '/api/v1/cameras/cam0',
    'application/json',
    `{"motion":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`,
  ),
  noJson: json('{'.repeat(65_000)),
  manyLabels: send(
    'POST',
    `/api/v1/review/${'a'.repeat(32)}/label`,
    'application/json',
    `{"verdict":"relabel","labels":[${'"a",'.repeat(4000)}"a"]}`,
  ),
  yamlManyKeys: yaml(`version: 1\nx:\n${times(60_000, (at) => ` k${at}: 1\n`)}`),
  yamlManyTopKeys: yaml(`version: 1\n${times(60_000, (at) => `k${at}: 1\n`)}`),
  yamlManyCameras: yaml(`version: 1\ncameras:\n${times(20_000, (at) => ` - {id: c${at}, url: /x}\n`)}`),
  yamlSameCameras: yaml(`version: 1\ncameras:\n${times(20_000, () => ' - {id: c, url: /x}\n')}`),
  yamlWrongCameras: yaml(`version: 1\ncameras:\n${times(20_000, () => ' - {id: A, urll: 1}\n')}`),
  yamlDeepFlow: yaml('['.repeat(500_000)),
  yamlDeepBlock: yaml('- '.repeat(400_000)),
  yamlDeepMap: yaml(`a: ${'{a: '.repeat(200_000)}`),
  yamlAliases: yaml(
    `a: &a [${'x,'.repeat(100)}]\n${times(10, (at) => `b${at}: &b${at} [${times(100, () => `*${at === 0 ? 'a' : `b${at - 1}`},`)}]\n`)}`,
  ),
  yamlOneLine: yaml(`version: ${'x'.repeat(1_000_000)}`),
  yamlOneKey: yaml(`${'x'.repeat(1_000_000)}: 1`),
  yamlSpaces: yaml(`version: 1${' '.repeat(1_000_000)}x`),
  yamlNewlines: yaml('\n'.repeat(1_000_000)),
  yamlQuotes: yaml(`"${'\\"'.repeat(450_000)}`),
  yamlComplexKeys: yaml('? '.repeat(400_000)),
  yamlDocuments: yaml('---\n'.repeat(250_000)),
  yamlReferences: yaml(`version: 1\ndataDir: "${'${A'.repeat(300_000)}"`),
  yamlAnchors: yaml(times(60_000, (at) => `- &a${at} 1\n`)),
  yamlErrors: yaml('}\n'.repeat(400_000)),
  yamlTags: yaml('!a '.repeat(300_000)),
  oneByteChunks: (port) =>
    rawRequest(
      port,
      `${head('POST', '/api/v1/cameras', 'Connection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n')}${'1\r\na\r\n'.repeat(60_000)}0\r\n\r\n`,
    ),
  longQuery: get(`/api/v1/alerts?${'a=b&'.repeat(3500)}`),
  longEscapes: get(`/api/v1/cameras/${'%41'.repeat(4000)}`),
  longSlashes: get('/'.repeat(15_000)),
  longToken: (port) =>
    rawRequest(
      port,
      `GET /api/v1/status HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${' '.repeat(8000)}${'a'.repeat(6000)} b\r\nConnection: close\r\n\r\n`,
    ),
  manyHeaders: get(
    '/api/v1/status',
    times(900, (at) => `X-${at}: a\r\n`),
  ),
  rareLabel: get('/api/v1/alerts?label=nothing&limit=500'),
  rareRule: get('/api/v1/alerts?rule=nothing&limit=500'),
  longList: get('/api/v1/alerts?limit=500'),
  largeDataset: get('/api/v1/datasets/site@1'),
  largeDifference: get('/api/v1/datasets/site@2/diff?before=site@1'),
  manyLargeDatasets: together(16, get('/api/v1/datasets/site@1')),
  manyBuilds: together(24, send('POST', '/api/v1/datasets', 'application/json', '{}')),
  manyConfigurations: together(
    8,
    yaml(`version: 1\ncameras:\n${times(5000, (at) => ` - {id: c${at}, url: /x}\n`)}`),
  ),
  manyMetrics: together(100, get('/metrics')),
  pipelinedDocuments: pipelined(250, '/openapi.json'),
  pipelinedLists: pipelined(250, '/api/v1/alerts?limit=500'),
  pipelinedRefusals: (port) =>
    rawRequest(
      port,
      `${'GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(999)}GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    ),
  slowHeaders: held(300, 'GET / HTTP/1.1\r\nHost: a\r\n', 'X-a: b\r\n'),
  slowBodies: held(
    300,
    head('POST', '/api/v1/datasets', 'Content-Type: application/json\r\nContent-Length: 60000\r\n'),
    ' ',
  ),
  idleConnections: held(300, '', ''),
  manyPauses: together(16, send('POST', '/api/v1/cameras/cam0/pause', 'application/json', '{}')),
  manyResumes: together(16, send('POST', '/api/v1/cameras/cam0/resume', 'application/json', '{}')),
}
