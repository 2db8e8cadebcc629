import { type BenchOptions, type BenchReport, bar, machine } from '../report.ts'
import { codecStreams, longStreams, smokeStreams } from './codec-streams.ts'
import { changeStreams, clockStreams, networkStreams } from './fault-streams.ts'
import { httpStreams } from './http-streams.ts'
import { judge, type Row } from './judge.ts'
import { refusingStreams } from './refusing-streams.ts'
import { runGroup } from './run-group.ts'
import type { TortureStream } from './torture-stream.ts'

/** How many streams run at once, so that two cores are not the fault. */
const groupSize = 8

const allStreams: readonly TortureStream[] = [
  ...codecStreams,
  ...clockStreams,
  ...networkStreams,
  ...changeStreams,
  ...refusingStreams,
  ...httpStreams,
  ...longStreams,
]

export interface StreamsReport extends BenchReport {
  readonly rows: readonly Row[]
}

/** Every odd stream through the whole system: pictures, clips, status, recovery, and the camera beside it. */
export async function run({ log, smoke, only }: BenchOptions): Promise<StreamsReport> {
  const chosen = smoke ? smokeStreams : allStreams.filter(({ name }) => only?.includes(name) ?? true)
  if (chosen.length === 0)
    throw new Error(`no such stream; there are: ${allStreams.map(({ name }) => name).join(' ')}`)
  const rows: Row[] = []
  let lostBeside = 0
  const groups = grouped(chosen)
  for (const [index, group] of groups.entries()) {
    log(`${index + 1}/${groups.length}: ${group.map(({ name }) => name).join(', ')}`)
    const { watched, lostBeside: lost } = await runGroup(group)
    lostBeside += lost
    if (lost > 0) log(`the camera beside them lost ${lost} pictures`)
    for (const row of watched.map(judge)) {
      rows.push(row)
      log(line(row))
    }
  }
  return {
    bench: 'streams',
    machine: machine(),
    figures: {
      streams: rows.length,
      streamsAsTheyShould: rows.filter(({ failures }) => failures.length === 0).length,
      pictures: rows.reduce((sum, { frames }) => sum + frames, 0),
      clips: rows.reduce((sum, { clips }) => sum + clips, 0),
    },
    bars: [
      ...rows.map(({ stream, failures }) => bar(`${stream}: what is wrong`, failures.length, '<=', 0)),
      bar('pictures lost on the healthy camera beside them', lostBeside, '<=', 0),
    ],
    rows,
  }
}

/** Streams that are watched equally long run together. */
function grouped(streams: readonly TortureStream[]): TortureStream[][] {
  const sorted = [...streams].sort((a, b) => a.seconds - b.seconds)
  const groups: TortureStream[][] = []
  for (const stream of sorted) {
    const last = groups.at(-1)
    if (last && last.length < groupSize && stream.seconds - last[0]!.seconds < 12) last.push(stream)
    else groups.push([stream])
  }
  return groups
}

function line({ stream, liveS, frames, direct, alerts, clips, toldS, recoveredS, failures }: Row): string {
  const cells = [
    ['live', liveS === null ? 'never' : `${liveS} s`],
    ['frames', direct === null ? frames : `${frames}/${direct}`],
    ['clips', `${clips}/${alerts}`],
    ['told', toldS === null ? '-' : `${toldS} s`],
    ['again', recoveredS === null ? '-' : `${recoveredS} s`],
  ]
  const words = cells.map(([name, value]) => `${name} ${value}`).join(', ')
  return `${failures.length === 0 ? 'right' : 'WRONG'}  ${stream.padEnd(26)} ${words}${failures.map((text) => `\n         ${text}`).join('')}`
}
