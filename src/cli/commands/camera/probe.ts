import { text } from 'node:stream/consumers'
import type { Command } from 'commander'
import { probeCamera } from '../../../camera/probe.ts'
import { loadConfig } from '../../../config/load.ts'
import { AppError } from '../../../core/errors.ts'
import { choice } from '../../options/choice.ts'
import { decimal } from '../../options/decimal.ts'
import { jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'

interface Target {
  readonly url: string
  readonly transport: 'tcp' | 'udp'
}
interface Options {
  config?: string
  camera?: string
  transport: Target['transport']
  timeout: number
  json?: boolean
}

export function cameraProbe(command: Command): void {
  command
    .option('-c, --config <file>', 'take the address from this configuration')
    .option('--camera <id>', 'and this camera')
    .option('--transport <name>', 'tcp or udp', choice(['tcp', 'udp']), 'tcp')
    .option('--timeout <seconds>', 'how long to wait', decimal({ above: 0, most: 600 }), 15)
    .addOption(jsonOption())
    .action(async (address: string | undefined, options: Options) => {
      const { url, transport } = await targetOf(address, options)
      const result = await probeCamera(url, { transport, timeoutMs: options.timeout * 1000 })
      const lines = Object.entries(result).map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
      printLine(options.json ? JSON.stringify(result) : lines.join('\n'))
    })
}

async function targetOf(
  url: string | undefined,
  { config: file, camera: id, transport }: Options,
): Promise<Target> {
  if (file !== undefined) {
    const { cameras } = loadConfig(file)
    const found = cameras.find((camera) => camera.id === id)
    if (found) return found
    const known = cameras.map((camera) => camera.id).join(', ')
    throw new AppError('CAMERA_NOT_FOUND', `--camera ${id ?? ''}: ${file} has ${known || 'no camera'}`)
  }
  if (url === undefined)
    throw new AppError('API_BAD_REQUEST', 'give an address, "-" for standard input, or --config and --camera')
  return { url: url === '-' ? (await text(process.stdin)).trim() : url, transport }
}
