import type { Command } from 'commander'
import { AppError } from '../../../core/errors.ts'
import { registerCameraEdits } from './add.ts'
import { registerCameraDiscover } from './discover.ts'
import { registerCameraSnapshot } from './snapshot.ts'

interface Options {
  config?: string
  camera?: string
  transport: string
  timeout: string
  json?: boolean
}

export function registerCamera(program: Command): void {
  const camera = program.command('camera').description('Look at cameras and change which there are.')
  registerCameraEdits(camera)
  registerCameraDiscover(camera)
  registerCameraSnapshot(camera)
  camera
    .command('probe [url]')
    .description('Connect once and print what the camera sends. "-" reads the address from standard input.')
    .option('-c, --config <file>', 'take the address from this configuration')
    .option('--camera <id>', 'and this camera')
    .option('--transport <name>', 'tcp or udp', 'tcp')
    .option('--timeout <seconds>', 'how long to wait', '15')
    .option('--json', 'JSON output')
    .action(async (url: string | undefined, options: Options) => {
      const { probeCamera } = await import('../../../camera/probe.ts')
      const target = await targetOf(url, options)
      const seconds = Number(options.timeout)
      if (!(seconds > 0 && seconds <= 600))
        throw new AppError('API_BAD_REQUEST', `--timeout ${options.timeout}: give seconds from 1 to 600`)
      const result = await probeCamera(target.url, { transport: target.transport, timeoutMs: seconds * 1000 })
      const text = options.json
        ? JSON.stringify(result)
        : Object.entries(result)
            .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
            .join('\n')
      process.stdout.write(`${text}\n`)
    })
}

async function targetOf(
  url: string | undefined,
  options: Options,
): Promise<{ url: string; transport: 'tcp' | 'udp' }> {
  const { config: file, camera: id } = options
  if (file !== undefined) {
    const { loadConfig } = await import('../../../config/load.ts')
    const { cameras } = loadConfig(file)
    const found = cameras.find((camera) => camera.id === id)
    if (found) return found
    const known = cameras.map((camera) => camera.id).join(', ')
    throw new AppError('CAMERA_NOT_FOUND', `--camera ${id ?? ''}: ${file} has ${known || 'no camera'}`)
  }
  const { transport } = options
  if (transport !== 'tcp' && transport !== 'udp')
    throw new AppError('API_BAD_REQUEST', `--transport ${transport}: accepted are tcp, udp`)
  if (url === undefined)
    throw new AppError('API_BAD_REQUEST', 'give an address, "-" for standard input, or --config and --camera')
  if (url !== '-') return { url, transport }
  const { text } = await import('node:stream/consumers')
  return { url: (await text(process.stdin)).trim(), transport }
}
