// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to variables are among what is sent
import { createRandom } from '../../../src/core/random.ts'
import type { Log } from '../report.ts'
import type { FuzzResult } from './fuzz.ts'
import { mutateBytes } from './mutate.ts'
import { rawRequest } from './raw-request.ts'
import { startSite, token } from './site.ts'

const head = `Host: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n`
const id = 'a'.repeat(32)
const body = (method: string, path: string, type: string, text: string) =>
  `${method} ${path} HTTP/1.1\r\n${head}Content-Type: ${type}\r\nContent-Length: ${text.length}\r\n\r\n${text}`
const requests = [
  ...[
    ...['/healthz', '/readyz', '/metrics', '/api/v1/status', '/api/v1/cameras', '/api/v1/cameras/cam0'],
    ...['/api/v1/alerts?camera=cam0&limit=5&since=2026-03-14T00:00:00Z', `/api/v1/alerts/${id}`],
    ...[
      '/api/v1/clips?label=bright',
      `/api/v1/clips/${id}/media`,
      '/api/v1/review?state=all&reason=uncertain',
    ],
    ...['/api/v1/datasets/site@1', '/api/v1/datasets/site/diff?before=site@1', '/api/v1/config/diff'],
  ].map((path) => `GET ${path} HTTP/1.1\r\n${head}Range: bytes=0-9\r\n\r\n`),
  body('POST', '/api/v1/cameras', 'application/json', '{"id":"new","url":"/nowhere.mp4","paused":true}'),
  body(
    'PATCH',
    '/api/v1/cameras/cam1',
    'application/merge-patch+json',
    '{"motion":{"holdMs":5000},"paused":true}',
  ),
  body(
    'POST',
    `/api/v1/review/${id}/label`,
    'application/json',
    '{"verdict":"relabel","labels":["a"],"startMs":1}',
  ),
  body(
    'POST',
    '/api/v1/datasets',
    'application/json',
    '{"name":"site","shares":{"train":1,"validation":0,"test":0}}',
  ),
  body(
    'POST',
    '/api/v1/config/diff',
    'text/yaml',
    'version: 1\ncameras: [{id: a, url: /x, models: [light]}]\n',
  ),
  `DELETE /api/v1/cameras/nobody HTTP/1.1\r\n${head}\r\n`,
]
const tokens = [
  ...[
    '\r\n',
    '\r\n\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Content-Length: 5\r\n',
    'Expect: 100-continue\r\n',
  ],
  ...[
    '%',
    '%00',
    '%2e%2e%2f',
    '?',
    '&limit=',
    '=-1',
    '{',
    '}',
    '":',
    '\u0000',
    'Upgrade: websocket\r\n',
    'HTTP/1.0',
  ],
  ...['Range: bytes=-\r\n', 'Range: bytes=9999999999999999999-\r\n', '__proto__', '${HOME}', '*', 'null'],
]
const atOnce = 24

/** Requests with something wrong, to a running site: each gets an answer in the documented form, or its end. */
export async function fuzzRequests(count: number, options: { seed: number; smoke: boolean; log: Log }) {
  const { seed, smoke, log } = options
  const site = await startSite({ cameras: smoke ? 1 : 2, alerts: 100, datasetClips: 10 })
  const result = { inputs: 0, bugs: 0, stacks: 0, hangs: 0, crashes: 0 }
  let formless = 0
  const give = async (at: number) => {
    const random = createRandom(seed).fork(`request ${at}`)
    const wrong = mutateBytes(Buffer.from(random.pick(requests)), random, tokens)
    const { status, body: text, hung } = await rawRequest(site.port, wrong, { endAfterMs: 1000 })
    result.inputs += 1
    if (hung) result.hangs += 1
    if (/BUG_/.test(text)) result.bugs += 1
    if (/\n\s+at .*:\d+:\d+/.test(text)) result.stacks += 1
    const odd = status >= 400 && !/^\{"code":"[A-Z]+_[A-Z_]+","message":/.test(text) && text !== ''
    if (odd) formless += 1
    if (odd || hung || /BUG_/.test(text)) log(`request ${at}: ${status} ${text.slice(0, 200)}`)
  }
  try {
    const { worstMs, bugs } = await site.during(async () => {
      for (let at = 0; at < count; at += atOnce)
        await Promise.all(
          Array.from({ length: Math.min(atOnce, count - at) }, (_, index) => give(at + index)),
        )
    })
    for (const bug of bugs) log(bug.slice(0, 500))
    result.bugs += bugs.length
    return { result: result as FuzzResult, formless, worstMs }
  } finally {
    await site.close()
  }
}
