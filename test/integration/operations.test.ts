import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { tempDir } from '../support/temp-dir.ts'

const config = join(import.meta.dirname, '../../config')

/** Whether to skip: the tool is no part of Vireo, and what it checks is checked in test/unit/operations as well. */
function lacks(tool: string): boolean {
  const missing = spawnSync(tool, ['--version']).status !== 0
  if (missing) process.stderr.write(`skipped: no ${tool} in PATH\n`)
  return missing
}

describe.skipIf(lacks('systemd-analyze'))('config/systemd/vireo.service', () => {
  it('is understood by systemd, to the last key', () => {
    const { status, stderr } = spawnSync(
      'systemd-analyze',
      ['verify', join(config, 'systemd/vireo.service')],
      { encoding: 'utf8' },
    )
    // An unknown key is only a warning; units of the machine itself may have some of their own.
    expect(stderr.split('\n').filter((line) => line.includes('vireo'))).toEqual([])
    expect(status).toBe(0)
  })
})

interface Case {
  readonly name: string
  readonly series: Readonly<Record<string, string>>
  /** What fires at the end, at most one of an alert; everything else must be silent. */
  readonly fires: Readonly<
    Record<string, { readonly labels: Record<string, string>; readonly summary: string }>
  >
}

const state = (one: string) => `vireo_camera_state{instance="a",camera="gate",state="${one}"}`
const dark = 'vireo_camera_picture{instance="a",camera="gate",picture="dark"}'
/** Twenty minutes, a sample a minute. */
const always = (value: number) => `${value}x20`
const fromMinute = (minute: number, value: number) => `_x${minute - 1} ${value}x${20 - minute}`

const cases: readonly Case[] = [
  {
    name: 'a camera that comes and goes without ever being live',
    series: {
      [state('live')]: always(0),
      [state('offline')]: '0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0',
      [state('connecting')]: '1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1',
    },
    fires: {
      VireoCameraDown: {
        labels: { instance: 'a', camera: 'gate', severity: 'critical' },
        summary: 'Camera gate has sent no picture for a minute.',
      },
    },
  },
  {
    name: 'a camera that was removed, with a dark picture at last',
    series: {
      [state('live')]: always(0),
      [state('offline')]: always(0),
      [state('connecting')]: always(0),
      [dark]: always(1),
    },
    fires: {},
  },
  {
    name: 'a live camera that shows nothing',
    series: { [state('live')]: always(1), [dark]: always(1) },
    fires: {
      VireoCameraPicture: {
        labels: { instance: 'a', camera: 'gate', picture: 'dark', severity: 'critical' },
        summary: 'The picture of camera gate is dark.',
      },
    },
  },
  {
    name: 'the first dead letter ever',
    series: { 'vireo_event_dead_letters_total{instance="a",sink="kafka"}': fromMinute(10, 1) },
    fires: {
      VireoDeadLetter: {
        labels: { instance: 'a', sink: 'kafka', severity: 'warning' },
        summary: 'kafka refused events for good; see vireo alerts dead-letters.',
      },
    },
  },
  {
    name: 'a dead letter that has been there for long',
    series: { 'vireo_event_dead_letters_total{instance="a",sink="kafka"}': '1x90' },
    fires: {},
  },
  {
    name: 'a receiver that catches up now and then, and one that does not',
    series: {
      'vireo_outbox_pending{instance="a",sink="kafka"}': '0 9 3 0 4 0 9 3 0 4 0 9 3 0 4 0 9 3 0 4 0',
      'vireo_outbox_pending{instance="a",sink="webhook:desk"}': always(7),
    },
    fires: {
      VireoEventsWait: {
        labels: { instance: 'a', sink: 'webhook:desk', severity: 'critical' },
        summary: 'webhook:desk has not caught up for 10 minutes; 7 events wait on disk.',
      },
    },
  },
  {
    name: 'half of the workers gone, and all of them',
    series: {
      'vireo_infer_workers{instance="a",model="one",provider="cuda"}': always(0),
      'vireo_infer_workers{instance="a",model="one",provider="cpu"}': always(1),
      'vireo_infer_workers{instance="a",model="two",provider="cpu"}': always(0),
    },
    fires: {
      VireoInferenceDown: {
        labels: { instance: 'a', model: 'two', severity: 'critical' },
        summary: 'Nothing runs model two; its cameras are unwatched.',
      },
    },
  },
]
const rulesFile = join(config, 'prometheus/vireo-alerts.yaml')
const alerts: string[] = parse(readFileSync(rulesFile, 'utf8')).groups.flatMap(
  ({ rules }: { rules: { alert: string }[] }) => rules.map(({ alert }) => alert),
)

describe.skipIf(lacks('promtool'))('config/prometheus/vireo-alerts.yaml', () => {
  it('is understood by Prometheus', () => {
    const { status, stdout } = spawnSync('promtool', ['check', 'rules', rulesFile], { encoding: 'utf8' })
    expect(stdout).toContain(`${alerts.length} rules found`)
    expect(status).toBe(0)
  })

  it.each(cases.map((one) => [one.name, one] as const))('%s', (_name, { series, fires }) => {
    const evalMinutes = Object.values(series).some((values) => values.endsWith('x90')) ? 90 : 20
    const folder = tempDir('rules')
    try {
      const file = join(folder, 'test.yaml')
      writeFileSync(
        file,
        stringify({
          rule_files: [rulesFile],
          evaluation_interval: '1m',
          tests: [
            {
              interval: '1m',
              input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
              alert_rule_test: alerts.map((alertname) => ({
                eval_time: `${evalMinutes}m`,
                alertname,
                exp_alerts: [fires[alertname]]
                  .filter((fire) => fire !== undefined)
                  .map(({ labels, summary }) => ({ exp_labels: labels, exp_annotations: { summary } })),
              })),
            },
          ],
        }),
      )
      const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' })
      expect(`${stdout}${stderr}`).toContain('SUCCESS')
      expect(status).toBe(0)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
