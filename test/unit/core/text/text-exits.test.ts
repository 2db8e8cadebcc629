import { describe, expect, it, vi } from 'vitest'
import { cleanOutput } from '../../../../src/cli/clean-output.ts'
import { describeClip } from '../../../../src/cli/commands/clip/describe-clip.ts'
import { describeDataset } from '../../../../src/cli/commands/dataset/describe-dataset.ts'
import { describeReviewItem } from '../../../../src/cli/commands/review/describe-review-item.ts'
import { describeStep } from '../../../../src/cli/describe-step.ts'
import { descriptionLines } from '../../../../src/cli/model/description-lines.ts'
import { reportError } from '../../../../src/cli/report-error.ts'
import type { AlertStep } from '../../../../src/core/alert.ts'
import { AppError } from '../../../../src/core/errors.ts'
import { createServer } from '../../../../src/http/create-server.ts'
import { bannerText, captionText, subtitles } from '../../../../src/record/digest/film-captions.ts'
import { chapterMetadata } from '../../../../src/record/digest/film-chapters.ts'
import { datasetFromCsv, datasetToCsv } from '../../../../src/review/dataset-csv.ts'
import type { DatasetManifest } from '../../../../src/review/dataset-manifest.ts'
import type { ClipRow } from '../../../../src/store/tables/clip-reader.ts'
import { createTelemetry } from '../../../../src/telemetry/create-telemetry.ts'
import { html } from '../../../../src/train/report/html.ts'
import { fakeSite } from '../../http/fake-site.ts'
import { judged } from '../../review/judged-item.ts'

// What somebody outside could call a person, a label, a camera or a file.
const hostile = '=\u001b[2J\u009b31m<b>{\\an8}\u202eevil\u2028\nforged line\r\u0007\u{e0041}%{pts}'
const steering =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not come out
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u2028-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/u

const step = {
  alertId: 'a',
  phase: 'new',
  seq: 0,
  rule: hostile,
  label: hostile,
  severity: 'info',
  cameraId: 'gate',
  zone: null,
  trackIds: [],
  score: 1,
  startedMs: 0,
  lastMs: 0,
  endReason: null,
} as unknown as AlertStep
const row = { ...judged('a', 0), alertId: 'a', preRollMs: 0, bytes: 1, label: hostile } as unknown as ClipRow
const item = judged('a', 0, { label: hostile, fact: { who: hostile, labels: [hostile] } })
const manifest = {
  name: 'site',
  version: 1,
  parent: null,
  entries: [
    {
      labels: [hostile],
      path: '@a.mp4',
      group: hostile,
      camera: 'gate',
      side: 'train',
      id: 'a',
      startMs: 0,
      endMs: 1,
    },
  ],
} as unknown as DatasetManifest
const sides = { train: 1, validation: 0, test: 0 }
const alert = { alertId: 'a', label: hostile, severity: 'info', fromMs: 0, toMs: 1000, score: 1 } as const
const part = {
  cameraId: 'gate',
  path: 'a.mp4',
  startMs: 0,
  lengthMs: 1000,
  wallMs: 0,
  speed: 1,
  alerts: [alert],
  filmFromMs: 0,
  filmToMs: 1000,
} as unknown as Parameters<typeof subtitles>[0][number]

/** Every place where text from outside leaves the program as one line for people. */
const lines: Record<string, () => string> = {
  'an alert': () => describeStep(step),
  'a clip': () => describeClip(row),
  'a clip to review': () => describeReviewItem(item),
  'a dataset': () =>
    describeDataset(manifest, {
      clips: 1,
      groups: 1,
      labels: [{ label: hostile, clips: sides }],
      none: sides,
    }).split('\n')[2]!,
  'a graph': () =>
    descriptionLines({
      inputs: [],
      outputs: [],
      opset: 1,
      parameters: 1,
      ops: { [hostile]: 1 },
      producer: hostile,
    } as unknown as Parameters<typeof descriptionLines>[0]).join(''),
  'a banner': () => bannerText(part),
  'a caption': () => captionText({ ...part, cameraId: hostile }, 'UTC'),
  'a message of the log': () => logged({}, hostile).msg,
}

/** And as text of several lines. */
const texts: Record<string, () => string | Promise<string>> = {
  'a field of the log': () => logged({ said: hostile, [hostile]: [hostile] }, 'x').said,
  'an error in the log': () => logged({ err: new Error(hostile) }, 'x').err.message,
  metrics: async () => {
    const telemetry = createTelemetry({ level: 'silent' })
    telemetry.gauge('vireo_outbox_pending', { sink: hostile }, 1)
    return await telemetry.metricsText()
  },
  'an error on the terminal': () =>
    printed('stderr', () => reportError(new AppError('CAMERA_URL', hostile), false)),
  'an error as JSON': () =>
    printed('stderr', () => reportError(new AppError('CAMERA_URL', hostile, { details: { hostile } }), true)),
  'what commands print': () =>
    printed('stdout', () => {
      const restore = cleanOutput(process.stdout)
      process.stdout.write(`${hostile}\n`)
      process.stdout.write(`${JSON.stringify({ hostile })}\n`)
      restore()
    }),
  subtitles: () => subtitles([part], 'UTC'),
  'a chapter': () => chapterMetadata([{ fromMs: 0, toMs: 1, title: bannerText(part), alertIds: [] }], 'x'),
  'a page': () => html`<p title="${hostile}">${hostile}</p>`.text,
  'a table': () => datasetToCsv(manifest, { background: 'none' }).replaceAll('\r\n', '\n'),
  'an answer of the API': async () => {
    const { site } = fakeSite()
    const server = createServer({
      site: { ...site, alert: (alertId) => ({ alertId, reviewed: false, clip: null, label: hostile }) },
      health: { ready: () => true, cameras: () => [], models: () => [] },
      metrics: { metricsText: async () => '', metricsContentType: 'text/plain' },
    })
    const reply = await server.inject(`/api/v1/alerts/${'a'.repeat(32)}`)
    await server.close()
    expect(reply.json().label).toBe(hostile)
    return reply.body
  },
}

function logged(fields: Record<string, unknown>, message: string) {
  const written: string[] = []
  createTelemetry({ destination: { write: (line) => void written.push(line) } }).log.info(fields, message)
  expect(written.join('').trimEnd()).not.toMatch(/\n/)
  return JSON.parse(written[0]!)
}

function printed(name: 'stdout' | 'stderr', work: () => void): string {
  const written: string[] = []
  const spy = vi.spyOn(process[name], 'write').mockImplementation((text) => {
    written.push(String(text))
    return true
  })
  const code = process.exitCode
  work()
  process.exitCode = code
  spy.mockRestore()
  return written.join('')
}

describe('text from outside', () => {
  it.each(Object.entries(lines))('steers nothing and begins no line in %s', (_where, show) => {
    const text = show()
    expect(text).toContain('evil')
    expect(text).not.toMatch(steering)
    expect(text).not.toMatch(/[\n\t]/)
  })

  it.each(Object.entries(texts))('steers nothing in %s', async (_where, show) => {
    const text = await show()
    expect(text).toContain('evil')
    expect(text).not.toMatch(steering)
  })

  it('is no mark-up of a page or a subtitle', () => {
    expect(html`${hostile}`.text).not.toContain('<b>')
    for (const text of [bannerText(part), subtitles([part], 'UTC')])
      expect(text).not.toMatch(/<b>|\{\\an8\}|forged line\n/)
    // % is escaped: drawtext would expand it.
    expect(bannerText(part)).not.toMatch(/(?<!\\)%/)
  })

  it('is no formula of a table, and is read again as it was', () => {
    const table = datasetToCsv(manifest, { background: 'none' })
    for (const field of table.split(/[,\r\n]+/)) expect(field.replace(/^"/, '')).not.toMatch(/^[=+@]/)
    const { path, labels } = datasetFromCsv(table, 'x.csv', { background: 'none' })[0]!
    expect([path, labels[0]!.slice(0, 2)]).toEqual(['@a.mp4', '=�'])
  })
})
