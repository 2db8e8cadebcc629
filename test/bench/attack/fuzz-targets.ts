// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to variables are among what is sent
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { readProfiles } from '../../../src/camera/onvif/media-profile.ts'
import { readProbeMatches } from '../../../src/camera/onvif/probe-match.ts'
import { parseSoap } from '../../../src/camera/onvif/soap-tree.ts'
import { cleanStreamUrl } from '../../../src/camera/onvif/stream-url.ts'
import { probeCamera } from '../../../src/camera/probe.ts'
import { main } from '../../../src/cli/main.ts'
import { reportError } from '../../../src/cli/report-error.ts'
import { toAppError } from '../../../src/core/errors.ts'
import type { Random } from '../../../src/core/random.ts'
import { writeBrightnessBundle } from '../../support/brightness-bundle.ts'
import { envelope, probeMatch, profile1, profile2 } from '../../support/onvif-answers.ts'
import { twoStreams } from '../../support/onvif-device.ts'
import { mutateBytes, mutateValue } from './mutate.ts'
import { startOddServer } from './odd-rtsp-server.ts'

export interface Target {
  /** Gives it one wrong input; resolves with all that was said. */
  give(random: Random): Promise<string>
  /** How many it can be given at once. */
  readonly atOnce?: number
  close(): Promise<void>
}

const root = join(import.meta.dirname, '../../..')
const nothing = async () => {}

export async function openTarget(kind: string, folder: string): Promise<Target> {
  if (kind === 'configuration') return configuration(folder)
  if (kind === 'bundle') return await bundle(folder)
  if (kind === 'onnx') return await onnx(folder)
  if (kind === 'onvif') return onvif()
  if (kind === 'rtsp') return await rtsp()
  throw new Error(`there is no kind ${kind}`)
}

/** Runs a command in this process and takes down what it says. */
async function saidBy(...args: string[]): Promise<string> {
  return await takeDown(() => main(args))
}

async function takeDown(work: () => Promise<unknown>): Promise<string> {
  const before = [process.stdout.write, process.stderr.write] as const
  let said = ''
  const write = ((text: unknown) => {
    said += String(text)
    return true
  }) as typeof process.stdout.write
  process.stdout.write = write
  process.stderr.write = write
  try {
    await work()
  } finally {
    process.stdout.write = before[0]
    process.stderr.write = before[1]
    process.exitCode = 0
  }
  return said
}

const yamlTokens = [
  '- ',
  ': ',
  '\n  ',
  '&a ',
  '*a',
  '!!binary ',
  '"',
  "'",
  '|\n',
  '? ',
  '---\n',
  '{',
  '[',
  '${HOME}',
  '${',
  '<<: *a',
  '%',
  '@',
  '`',
  '\t',
  '\u0000',
  '#',
]

function configuration(folder: string): Target {
  const text = readFileSync(join(root, 'config/vireo.yaml'), 'utf8')
  const value = parse(text) as unknown
  const file = join(folder, 'vireo.yaml')
  return {
    async give(random) {
      const wrong = random.chance(0.5)
        ? mutateBytes(Buffer.from(text), random, yamlTokens)
        : stringify(mutateValue(value, random))
      writeFileSync(file, wrong)
      return await saidBy('config', 'check', '-c', file)
    },
    close: nothing,
  }
}

async function bundle(folder: string): Promise<Target> {
  const dir = join(folder, 'bundle')
  await writeBrightnessBundle(dir)
  const text = readFileSync(join(dir, 'bundle.json'), 'utf8')
  const graph = readFileSync(join(dir, 'model.onnx'))
  return {
    async give(random) {
      const value = JSON.parse(text) as { files: { path: string; bytes: number; sha256: string }[] }
      const wrong = random.chance(0.3) ? mutateBytes(graph, random) : graph
      writeFileSync(join(dir, 'model.onnx'), wrong)
      const files = value.files.map((each) =>
        each.path === 'model.onnx'
          ? { ...each, bytes: wrong.length, sha256: createHash('sha256').update(wrong).digest('hex') }
          : each,
      )
      const whole = { ...value, files }
      const card =
        wrong !== graph
          ? JSON.stringify(whole)
          : random.chance(0.3)
            ? mutateBytes(Buffer.from(text), random, ['{', '}', '[', ',', '":', '1e999', '"__proto__":1,'])
            : JSON.stringify(mutateValue(whole, random))
      writeFileSync(join(dir, 'bundle.json'), card)
      return await saidBy('model', 'inspect', dir)
    },
    close: nothing,
  }
}

async function onnx(folder: string): Promise<Target> {
  await writeBrightnessBundle(join(folder, 'bundle'))
  const graph = readFileSync(join(folder, 'bundle/model.onnx'))
  const file = join(folder, 'wrong.onnx')
  mkdirSync(folder, { recursive: true })
  return {
    async give(random) {
      writeFileSync(file, mutateBytes(graph, random))
      return await saidBy('model', 'inspect', file)
    },
    close: nothing,
  }
}

const xmlTokens = [
  '<',
  '>',
  '</',
  '/>',
  '<!DOCTYPE a [<!ENTITY b "c">]>',
  '&b;',
  '&#x1b;',
  '&#0;',
  '<![CDATA[',
  ']]>',
  '<!--',
  '<?xml',
  ' xmlns="',
  '<a>'.repeat(3000),
  '"',
  '$',
  '\u0000',
]

/** What a device on the network answers: nothing of it is more than an answer that cannot be read. */
function onvif(): Target {
  const profiles = (of: typeof profile1, name: string, prefix: string) =>
    envelope(`<${prefix}:${name}>${twoStreams.map(of).join('')}</${prefix}:${name}>`)
  const answers = [
    probeMatch({ id: 'urn:uuid:1', name: 'Front%20door', xaddrs: ['http://192.0.2.7/onvif'], httpPort: 80 }),
    profiles(profile1, 'GetProfilesResponse', 'trt'),
    profiles(profile2, 'GetProfilesResponse', 'tr2'),
  ]
  return {
    async give(random) {
      const text = mutateBytes(Buffer.from(random.pick(answers)), random, xmlTokens).toString('utf8')
      const unread = (thrown: unknown) => {
        // An answer that cannot be read is an Error of the parser's; a RangeError is a stack that ran over.
        if (thrown instanceof RangeError || thrown instanceof TypeError) throw thrown
        return null
      }
      try {
        const body = await parseSoap(text).catch(unread)
        const found = body === null ? [] : readProfiles(body)
        const devices = await readProbeMatches(text, '192.0.2.7').catch(unread)
        for (const url of [text.slice(0, 3000), ...(devices ?? []).flatMap(({ xaddrs }) => xaddrs)])
          cleanStreamUrl(url, 'hunter2')
        return `${found.length}`
      } catch (thrown) {
        return await takeDown(async () => reportError(thrown, true))
      }
    },
    close: nothing,
  }
}

async function rtsp(): Promise<Target> {
  const server = await startOddServer()
  return {
    async give(random) {
      try {
        return JSON.stringify(await probeCamera(server.url(random), { timeoutMs: 2000 }))
      } catch (thrown) {
        const { code, message } = toAppError(thrown)
        return `${code}: ${message}`
      }
    },
    // Most of the time is waiting.
    atOnce: 20,
    close: server.close,
  }
}
