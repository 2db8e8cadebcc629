import type { Command } from 'commander'

export interface CommandEntry {
  readonly name: string
  /** Loads the command's file; what it resolves with adds the command to the program. */
  readonly load: () => Promise<(program: Command) => void>
}

/** Every command. To add one, add a line. */
export const commandTable: readonly CommandEntry[] = [
  { name: 'init', load: async () => (await import('./commands/init.ts')).registerInit },
  { name: 'run', load: async () => (await import('./commands/run.ts')).registerRun },
  { name: 'alerts', load: async () => (await import('./commands/alerts/tail.ts')).registerAlerts },
  { name: 'clip', load: async () => (await import('./commands/clip/list.ts')).registerClip },
  { name: 'digest', load: async () => (await import('./commands/digest.ts')).registerDigest },
  { name: 'retention', load: async () => (await import('./commands/retention/status.ts')).registerRetention },
  { name: 'config', load: async () => (await import('./commands/config/check.ts')).registerConfig },
  { name: 'camera', load: async () => (await import('./commands/camera/probe.ts')).registerCamera },
  { name: 'trace', load: async () => (await import('./commands/trace.ts')).registerTrace },
  { name: 'rules', load: async () => (await import('./commands/rules/test.ts')).registerRules },
  { name: 'model', load: async () => (await import('./commands/model/import.ts')).registerModel },
  { name: 'learn', load: async () => (await import('./commands/learn.ts')).registerLearn },
  { name: 'teach', load: async () => (await import('./commands/teach.ts')).registerTeach },
  { name: 'simulate', load: async () => (await import('./commands/simulate.ts')).registerSimulate },
  { name: 'train', load: async () => (await import('./commands/train/simulated.ts')).registerTrain },
  { name: 'review', load: async () => (await import('./commands/review/list.ts')).registerReview },
  { name: 'dataset', load: async () => (await import('./commands/dataset/build.ts')).registerDataset },
  { name: 'doctor', load: async () => (await import('./commands/doctor.ts')).registerDoctor },
]
