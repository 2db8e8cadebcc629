import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { connect } from 'node:net'
import { dirname, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { Config } from '../config/schema.ts'
import type { ErrorCode } from '../core/errors.ts'
import { childEnvironment } from '../core/process/child-environment.ts'
import { type Processor, processor } from '../core/processor.ts'

export interface Check {
  readonly name: string
  readonly status: 'ok' | 'warn' | 'fail'
  readonly detail: string
  readonly code?: ErrorCode
}

/** Looks at the machine, and at what the configuration refers to. Each check ends by itself. */
export async function examine(config?: Config): Promise<Check[]> {
  const groups = await Promise.all([
    ffmpegChecks(),
    [processorCheck(processor())],
    providerCheck(),
    gpuCheck(),
    diskCheck(config?.dataDir ?? './data'),
    ...(config?.kafka?.brokers ?? []).map((broker) => brokerCheck(broker)),
    ...(config?.mqtt ? [mqttCheck(config.mqtt.url)] : []),
  ])
  return groups.flat()
}

async function output(program: string, args: string[]): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)(program, args, {
      env: childEnvironment(process.env),
      timeout: 10_000,
      maxBuffer: 8 << 20,
    })
    return stdout
  } catch {
    return null
  }
}

async function ffmpegChecks(): Promise<Check[]> {
  const version = (text: string | null) => text?.match(/version (\S+)/)?.[1]
  const tool = async (name: string): Promise<Check> => {
    const found = version(await output(name, ['-version']))
    if (found) return { name, status: 'ok', detail: found }
    return { name, status: 'fail', detail: 'not found in PATH', code: 'MEDIA_FFMPEG_MISSING' }
  }
  const tools = [await tool('ffmpeg'), await tool('ffprobe')]
  if (tools[0]!.status !== 'ok') return tools
  const decoders = (await output('ffmpeg', ['-hide_banner', '-decoders'])) ?? ''
  const decoderCheck = (name: string, label: string): Check => {
    const has = new RegExp(`^ V\\S* ${name} `, 'm').test(decoders)
    return {
      name: `decoder ${label}`,
      status: has ? 'ok' : 'fail',
      detail: has ? name : `no ${name} decoder`,
      ...(has ? {} : { code: 'MEDIA_FFMPEG_MISSING' as const }),
    }
  }
  const listed = ((await output('ffmpeg', ['-hide_banner', '-hwaccels'])) ?? '').split('\n').slice(1)
  const hwaccels = listed.map((line) => line.trim()).filter(Boolean)
  return [
    ...tools,
    decoderCheck('h264', 'H.264'),
    decoderCheck('hevc', 'H.265'),
    { name: 'hwaccels', status: 'ok', detail: hwaccels.join(', ') || 'none' },
  ]
}

/** How well the processor suits models in 8 bits. */
export function processorCheck({ model, flags, exactBytes }: Processor): Check {
  const about =
    exactBytes === null
      ? 'its instructions are not known here'
      : exactBytes
        ? 'multiplies bytes exactly: models in 8 bits gain most'
        : 'no VNNI: models in 8 bits are exact and gain little; each is measured when it is loaded, and its float graph serves where that is better'
  const listed = flags.length > 0 ? ` (${flags.join(', ')})` : ''
  return { name: 'processor', status: 'ok', detail: `${model}${listed}: ${about}` }
}

async function providerCheck(): Promise<Check> {
  const name = 'onnxruntime'
  try {
    const { listSupportedBackends } = await import('../onnx/onnx-runtime.ts')
    return {
      name,
      status: 'ok',
      detail: listSupportedBackends()
        .map(({ name: backend, bundled }) => (bundled ? backend : `${backend} (needs its own libraries)`))
        .join(', '),
    }
  } catch (thrown) {
    return { name, status: 'fail', detail: (thrown as Error).message, code: 'MODEL_PROVIDER' }
  }
}

async function gpuCheck(): Promise<Check> {
  const text = await output('nvidia-smi', [
    '--query-gpu=name,memory.total,driver_version',
    '--format=csv,noheader',
  ])
  return { name: 'gpu', status: 'ok', detail: text?.trim().replaceAll('\n', '; ') || 'no NVIDIA GPU' }
}

async function diskCheck(dataDir: string): Promise<Check> {
  let folder = resolve(dataDir)
  while (!existsSync(folder)) folder = dirname(folder)
  const { bavail, bsize } = await statfs(folder)
  const gib = (bavail * bsize) / 2 ** 30
  return {
    name: 'disk',
    status: gib < 5 ? 'warn' : 'ok',
    detail: `${gib.toFixed(1)} GiB free for ${dataDir}`,
  }
}

function mqttCheck(address: string): Promise<Check> {
  const { hostname, port, protocol } = new URL(address)
  const usual = protocol === 'mqtts:' ? '8883' : '1883'
  return brokerCheck(`${hostname}:${port || usual}`, { kind: 'mqtt', code: 'EVENT_MQTT' })
}

/** Whether something accepts a TCP connection at the broker's address; nothing is spoken. */
export async function brokerCheck(
  broker: string,
  { kind, code }: { kind: string; code: ErrorCode } = { kind: 'kafka', code: 'EVENT_BROKER' },
): Promise<Check> {
  const colon = broker.lastIndexOf(':')
  const host = broker.slice(0, colon).replace(/^\[|\]$/g, '')
  const name = `${kind} ${broker}`
  return new Promise((done) => {
    const socket = connect({ host, port: Number(broker.slice(colon + 1)) })
    const end = (check: Check) => {
      socket.destroy()
      done(check)
    }
    socket.setTimeout(3000, () => end({ name, status: 'fail', detail: 'no answer in 3 s', code }))
    socket.once('connect', () => end({ name, status: 'ok', detail: 'accepts connections' }))
    socket.once('error', (error) => end({ name, status: 'fail', detail: error.message, code }))
  })
}
