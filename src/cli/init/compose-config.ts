// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to variables are written down as such

import { isNetwork, withLogin } from '../../config/camera-login.ts'
import type { CameraDraft, SeenCamera } from './camera-draft.ts'
import { seenText } from './look-at-camera.ts'
import type { SiteAnswers } from './site-answers.ts'
import { startingRules, zoneName } from './starting-rules.ts'

export interface SitePlan {
  /** How the file is called in what it says of itself. */
  readonly file: string
  /** Name of the file with the passwords, beside it. */
  readonly variablesFile: string
  readonly dataDir: string
  readonly cameras: readonly SeenCamera[]
  readonly answers: SiteAnswers
  /** Folder of the model that finds people; null: motion is watched. */
  readonly people: string | null
  /** A model of people's actions that ships. */
  readonly actions: { readonly path: string; readonly labels: readonly string[] } | null
  readonly httpPort: number
  readonly logLevel: 'warn' | 'error'
}

/** Text as a YAML scalar, whatever is in it. */
const quoted = (text: string) => JSON.stringify(text)
const plain = (text: string) => (/^[\w./][\w./-]*$/.test(text) ? text : quoted(text))
const indented = (lines: readonly string[], by: number) => lines.map((line) => `${' '.repeat(by)}${line}`)

/** A configuration for a site that begins, in which every line is explained. */
export function composeConfig(plan: SitePlan): string {
  const { file, dataDir, answers, httpPort, logLevel } = plan
  const lines = [
    "# Vireo's configuration, written by `vireo init`. Change what you like: a running Vireo follows this file.",
    `#   vireo config check --config ${file}    says where a mistake is`,
    `#   vireo run --config ${file}             watches the cameras`,
    '# All fields are in docs/configuration.md, the language of rules is in docs/rules.md.',
    'version: 1',
    '',
    `dataDir: ${plain(dataDir)} # the database, clips of alerts, what is learned`,
    '',
    ...cameraLines(plan),
    '',
    ...modelLines(plan),
    '',
    'behaviours:',
    `  timeZone: ${plain(answers.timeZone)} # of all times of day in this file`,
    '  zones: # shares of the picture from its upper left corner; a person is where their feet are',
    `    - name: ${zoneName} # the whole picture: draw it smaller, and add others (cameras: [ID] ties one to a camera)`,
    '      points: [[0, 0], [1, 0], [1, 1], [0, 1]]',
    '  rules:',
    ...ruleLines(plan),
    '',
    'recording:',
    '  clips: true # a clip of every alert, with 5 seconds before it; continuous: true keeps everything',
    '  keepDays: 30',
    '  maxMb: 10000 # of one camera; the oldest goes first',
    '',
    'learning: # begun in the console or by vireo learn --once; schedule: "0 2 * * *" would do it every night',
    `  model: ${plan.actions === null ? 'actions' : 'skeleton'} # what new versions are called in the registry`,
    '  labelled: ["dataset:site"] # what people judged: built in the console or by vireo dataset build',
    '',
    'http: # the console, health, metrics and the API; for other machines see docs/console.md',
    '  host: 127.0.0.1',
    `  port: ${httpPort}`,
    '',
    'log:',
    `  level: ${logLevel} # info tells more`,
    '',
    '# Alerts stay in the data folder and are printed; with one of these they are sent, too:',
    '# kafka: { brokers: ["localhost:9092"] }',
    '# mqtt: { url: "mqtt://localhost:1883" }',
    '# webhooks: [{ name: site, url: "https://example.org/vireo", secret: "${WEBHOOK_SECRET}" }]',
  ]
  return `${lines.join('\n')}\n`
}

function cameraLines({ cameras, variablesFile }: SitePlan): string[] {
  const secret = cameras.some(({ variable }) => variable !== null)
  return [
    ...(secret
      ? [
          `# The passwords are in ${variablesFile} beside this file, which only its owner can read: \${NAME} means NAME there.`,
        ]
      : []),
    'cameras:',
    ...cameras.flatMap((camera) => {
      const { id, url, mainUrl, probe } = camera
      return [
        `  - id: ${id} # its name in alerts`,
        `    url: ${addressOf(camera, url)} # ${seenText(probe)}`,
        ...(mainUrl === undefined
          ? []
          : [`    mainUrl: ${addressOf(camera, mainUrl)} # its larger stream: this one is recorded`]),
        ...(probe.transport === 'udp' ? ['    transport: udp # it refuses tcp'] : []),
        ...(isNetwork(url) ? [] : ['    loop: true # a file begins again when it ends']),
      ]
    }),
  ]
}

function addressOf({ user, variable }: CameraDraft, url: string): string {
  return quoted(withLogin(url, user, variable === null ? null : `\${${variable}}`))
}

function modelLines({ people, actions }: SitePlan): string[] {
  if (people === null)
    return [
      '# Without a model whatever moves is watched. To watch people: vireo model install people, then',
      '# models: [{ name: people, path: ./models/people }]',
    ]
  return [
    'models:',
    '  - name: people # finds people and 17 points of each body, five times a second while something moves',
    `    path: ${plain(people)}`,
    ...(actions === null
      ? []
      : [
          '  - name: skeleton # says what people do, by how these points move',
          `    path: ${plain(actions.path)}`,
        ]),
  ]
}

function ruleLines({ answers, people, actions }: SitePlan): string[] {
  const rules = startingRules(answers.closed, {
    people: people !== null,
    actions: actions?.labels ?? [],
  })
  return rules.flatMap(({ name, about, lines }) => [
    ...about.map((text) => `    # ${text}`),
    `    - name: ${name}`,
    ...indented(lines, 6),
  ])
}
