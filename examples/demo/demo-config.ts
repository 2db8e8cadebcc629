/** The configuration of the demo, as a user would write it. */
export function demoConfig(options: {
  dataDir: string
  modelDir: string
  cameras: readonly { readonly id: string; readonly url: string }[]
  brokers: readonly string[]
  port: number
  /** Record everything, so that there is a timeline to look at. */
  continuous: boolean
}): string {
  const { dataDir, modelDir, cameras, brokers, port, continuous } = options
  const text = (value: string) => JSON.stringify(value)
  return `version: 1
dataDir: ${text(dataDir)}
cameras:
${cameras.map(({ id, url }) => `  - { id: ${id}, url: ${text(url)} }`).join('\n')}
models:
  - { name: actions, path: ${text(modelDir)}, intraOpThreads: 1, allowSimulated: true }
alerts:
  defaults: { cooldownMs: 2000, clearAfterMs: 1500 }
  rules:
    - { name: fall, label: falling, severity: critical, minDurationMs: 1000 }
    - { name: person-down, label: lying, severity: critical, minDurationMs: 3000 }
    - { name: fight, label: fighting, severity: critical, minDurationMs: 2000 }
    - { name: wave, label: waving, severity: info, minDurationMs: 2000 }
    - { name: run, label: running, severity: warning, minDurationMs: 1500 }
    - { name: walk, label: walking, enabled: false }
learning: { model: actions, labelled: ["dataset:site"] }
http: { port: ${port}, access: open }
${continuous ? 'recording: { continuous: true, segmentMs: 10000 }\n' : ''}${brokers.length === 0 ? '' : `kafka: { brokers: [${brokers.map(text).join(', ')}] }\n`}`
}

/** The labels that the demo alerts about. */
export const demoLabels = ['falling', 'lying', 'fighting', 'waving', 'running']
