/** The configuration of `npm run dev`: one camera that never ends, a model, a zone and a rule about it. */
export function devConfig(options: { dataDir: string; modelDir: string; video: string }): string {
  const text = (value: string) => JSON.stringify(value)
  return `# Written once by npm run dev. Change it as you like: it is read again while everything runs. Removed, it comes anew.
version: 1
dataDir: ${text(options.dataDir)}
cameras:
  - id: entrance
    url: ${text(options.video)}
    loop: true
    zones: [{ name: middle, points: [[0.25, 0.1], [0.75, 0.1], [0.75, 1], [0.25, 1]] }]
models:
  - { name: actions, path: ${text(options.modelDir)}, intraOpThreads: 1, allowSimulated: true }
behaviours:
  rules:
    - { name: entered, preset: intrusion, with: { zone: middle } }
http: { port: 8088, access: open }
log: { level: info, pretty: true }
`
}
