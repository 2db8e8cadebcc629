import { fightModel } from '../support/fight-model.ts'
import { humanModels } from '../support/human-models.ts'
import type { SystemToolId } from '../support/prepare-machine.ts'
import type { BenchOptions, BenchReport } from './report.ts'

export interface Bench {
  readonly about: string
  /** What it needs outside npm; installed where that is possible. */
  readonly needs?: readonly SystemToolId[]
  /** Files outside the repository that it needs: paths from the repository's root. */
  readonly files?: readonly string[]
  /** Why it cannot be run although all of that is there, such as a registry that does not answer. */
  readonly absent?: () => string | null
  readonly load: () => Promise<{ run(options: BenchOptions): Promise<BenchReport> }>
}

/** Every bench by its name. The suite runs each in its smallest size (test/e2e/benches.test.ts). */
export const benches: Readonly<Record<string, Bench>> = {
  ingest: {
    about: 'CPU of the ingest path against bare ffmpeg, 720p and 1080p',
    needs: ['ffmpeg'],
    load: () => import('./ingest/ingest.ts'),
  },
  infer: {
    about: 'clips per second of the engine against a bare loop; event-loop delay with 16 cameras',
    load: () => import('./infer/infer.ts'),
  },
  live: {
    about: 'latency from the last frame to the Kafka ack at 70 % load; stalls and reconnects over RTSP',
    needs: ['ffmpeg', 'rtspServer', 'java', 'maven'],
    load: () => import('./live/live.ts'),
  },
  train: {
    about: 'training steps against PyTorch: speed, memory, losses; gradients against TensorFlow.js',
    load: () => import('./train/train.ts'),
  },
  stream: {
    about: 'the streaming video transformer against overlapping windows; cameras by inference alone; int8',
    load: () => import('./stream/stream.ts'),
  },
  outbox: {
    about: '10,000 alerts over 20 kill -9 rounds and a broker outage: how many are lost',
    needs: ['java', 'maven'],
    load: () => import('./outbox/outbox.ts'),
  },
  weizmann: {
    about:
      'ten actions of nine people, each person left out once: transformer with and without pretraining, CNN',
    needs: ['ffmpeg'],
    files: ['../shared/data/weizmann', '../shared/models/light_person_detector.onnx'],
    load: () => import('./weizmann/weizmann.ts'),
  },
  few: {
    about: 'ten actions from 1, 2 and 4 clips of each: a frozen video backbone on footage cut around people',
    needs: ['ffmpeg'],
    files: ['../shared/data/weizmann'],
    absent: () => humanModels().reason || fightModel().reason || null,
    load: () => import('./few/few.ts'),
  },
  wide: {
    about: 'people 20 to 60 px tall: larger inputs and tiles, what they find and what they cost',
    needs: ['ffmpeg'],
    files: ['../shared/data/footage'],
    absent: () => humanModels().reason || null,
    load: () => import('./wide/wide.ts'),
  },
  teach: {
    about: 'vireo teach on four actions of six people, then vireo run on the clips of three others',
    needs: ['ffmpeg'],
    files: ['../shared/data/weizmann'],
    load: () => import('./teach/teach.ts'),
  },
  real: {
    about:
      'people and skeletons on film of real people: falls, visits, actions, fights, cost; --only PART,PART',
    needs: ['ffmpeg'],
    files: [
      '../shared/data/gmdcsa',
      '../shared/data/weizmann',
      '../shared/data/scfd',
      '../shared/data/footage',
    ],
    load: () => import('./real/real.ts'),
  },
  faults: {
    about: 'every camera fault: noticed, recovered, frames lost beside it; 100 alert clips; hot changes',
    needs: ['ffmpeg', 'rtspServer'],
    load: () => import('./faults/faults.ts'),
  },
  streams: {
    about: 'odd cameras through the whole system: pictures, clips, status, recovery; --only NAME,NAME',
    needs: ['ffmpeg'],
    load: () => import('./streams/streams.ts'),
  },
  track: {
    about: 'MOTA and IDF1 against a tracker of overlap alone; cores for 100 tracks on each of 32 cameras',
    needs: ['ffmpeg'],
    load: () => import('./track/track.ts'),
  },
  rules: {
    about: 'every behaviour: recall and false alarms in scenes of the simulator; the same bytes twice',
    needs: ['ffmpeg'],
    load: () => import('./rules/rules.ts'),
  },
  console: {
    about:
      'the console: first picture, latency, CPU and memory of 16 live tiles, size of the page; --only PART,PART',
    needs: ['ffmpeg', 'rtspServer', 'chromium'],
    load: () => import('./console/console.ts'),
  },
  soak: {
    about: '16 cameras for 10 minutes: growth of memory, descriptors, threads, lag; own CPU',
    needs: ['ffmpeg', 'rtspServer'],
    load: () => import('./soak/soak.ts'),
  },
  attack: {
    about:
      'hostile requests, wrong inputs of every kind, kill -9 on whole runs: stalls, stacks, hangs, losses',
    needs: ['ffmpeg'],
    load: () => import('./attack/attack.ts'),
  },
}
