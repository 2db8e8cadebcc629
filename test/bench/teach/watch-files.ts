import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { vireo } from '../../support/vireo-process.ts'

interface Alert {
  readonly cameraId: string
  readonly label: string
}

/** No file is longer. */
const patienceMs = 120_000

/** `vireo run` with the live version of a model over files, each once and as a camera, until all of them have ended; the alerts. */
export async function watchFiles(options: {
  config: string
  dataDir: string
  model: string
  cameras: readonly { readonly id: string; readonly file: string }[]
}): Promise<Alert[]> {
  const { config, dataDir, model, cameras } = options
  const list = cameras.map(({ id, file }) => `  - { id: ${id}, url: "${file}" }`)
  writeFileSync(
    config,
    [
      ...['version: 1', `dataDir: ${dataDir}`, 'http: { port: 0 }'],
      `models: [{ name: ${model}, registry: ${model} }]`,
      ...['cameras:', ...list, ''],
    ].join('\n'),
  )
  const run = vireo(['run', '-c', config])
  try {
    const until = performance.now() + patienceMs
    while ((run.errors().match(/the file has ended/g)?.length ?? 0) < cameras.length) {
      if (performance.now() > until) throw new Error(`the files did not end: ${run.errors().slice(-2000)}`)
      const over = await Promise.race([run.ended, sleep(100).then(() => null)])
      if (over !== null) throw new Error(`vireo run ended with ${over}: ${run.errors().slice(-2000)}`)
    }
  } finally {
    run.child.kill('SIGTERM')
    await run.ended
  }
  const tail = vireo(['alerts', 'tail', '--no-follow', '--json', '-c', config])
  await tail.ended
  return tail.lines
    .map((line) => JSON.parse(line) as { data?: Alert } & Alert)
    .map((event) => event.data ?? event)
}

/** The labels that a camera alerted on. */
export function raisedAlerts(alerts: readonly Alert[], cameraId: string): Set<string> {
  return new Set(alerts.filter((alert) => alert.cameraId === cameraId).map(({ label }) => label))
}
