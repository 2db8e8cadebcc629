import type { CatalogueEntry } from './catalogue-schema.ts'

type Source = CatalogueEntry['source']

/** How the client of a package registry is asked for the archive of a package. */
export interface RegistryClient {
  /** Ways to start it, in the order in which they are tried. */
  readonly launches: readonly (readonly string[])[]
  readonly args: (source: Source, into: string) => readonly string[]
  /** What somebody types to fetch the archive by hand. */
  readonly byHand: (source: Source) => readonly string[]
  /** Whether what was started says that the client is not there. */
  readonly isMissing: (code: number | null, said: string) => boolean
  /** The line of what it said that tells what went wrong. */
  readonly reason: (said: string) => string | undefined
  /** How its archives end. */
  readonly ending: string
}

const npm: RegistryClient = {
  launches: [['npm']],
  args: ({ package: name, version }, into) => [
    ...['pack', `${name}@${version}`, '--pack-destination', into, '--loglevel', 'error'],
  ],
  byHand: ({ package: name, version }) => ['pack', `${name}@${version}`],
  isMissing: (code, said) => isUnknownCommand(code, said),
  reason: (said) =>
    linesOf(said)
      .find((line) => /npm error (?!code|errno|A complete log)/.test(line))
      ?.replace(/^npm error\s*/, ''),
  ending: '.tgz',
}

/** Only wheels: those are archives, while making one of a source package would run its code. */
const pipDownload = ({ package: name, version }: Source) => [
  ...['download', '--no-deps', '--only-binary=:all:', `${name}==${version}`],
]

const pip: RegistryClient = {
  // uv has no download of its own, but runs pip.
  launches: [['pip'], ['pip3'], ['python3', '-m', 'pip'], ['python', '-m', 'pip'], ['uvx', 'pip']],
  args: (source, into) => [
    ...pipDownload(source),
    ...[
      '--dest',
      into,
      '--disable-pip-version-check',
      '--no-input',
      '--progress-bar',
      'off',
      '--retries',
      '2',
    ],
  ],
  byHand: pipDownload,
  // Shims of version managers are there without a pip behind them.
  isMissing: (code, said) => isUnknownCommand(code, said) || /No module named pip/.test(said),
  reason: (said) =>
    /after connection broken by/.test(said)
      ? 'the package index cannot be reached'
      : linesOf(said)
          .findLast((line) => line.startsWith('ERROR:'))
          ?.replace(/^ERROR:\s*/, ''),
  ending: '.whl',
}

export const registryClients: Readonly<Record<Source['client'], RegistryClient>> = { npm, pip }

/** A shell says so with 127, that of Windows with words. */
const isUnknownCommand = (code: number | null, said: string) =>
  code === 127 || /is not recognized as an internal/.test(said)

const linesOf = (text: string) => text.split('\n')
