import { availableParallelism } from 'node:os'
import { Option } from 'commander'
import { moment } from './since-ms.ts'
import { whole } from './whole.ts'

export const defaultConfigFile = 'config/vireo.yaml'

/** Options that many commands have, spelt and read alike. Each call gives an option of its own. */
export const configOption = (about = 'configuration file') =>
  new Option('-c, --config <file>', about).default(defaultConfigFile)

export const jsonOption = (about = 'JSON output') => new Option('--json', about)

export const cameraOption = () => new Option('--camera <id>', 'only this camera')

export const sinceOption = (about = 'begin here: a time such as 2026-05-01T08:00:00Z, or 10m, 2h, 1d ago') =>
  new Option('--since <time>', about).argParser(moment)

export const limitOption = (about: string, least = 1) =>
  new Option('--limit <n>', about).argParser(whole({ least })).default(50)

export const threadsOption = () =>
  new Option('--threads <n>', 'threads of ONNX Runtime')
    .argParser(whole({ most: 1024 }))
    .default(Math.max(1, availableParallelism() - 1), 'all cores but one')

export const backgroundOption = () =>
  new Option('--background <label>', 'label of what shows none of the others').default('background')
