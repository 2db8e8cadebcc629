import type { CommandEntry, CommandGroup } from './command-entry.ts'
import { alertsCommands } from './commands/alerts/alerts-commands.ts'
import { cameraCommands } from './commands/camera/camera-commands.ts'
import { clipCommands } from './commands/clip/clip-commands.ts'
import { configCommands } from './commands/config/config-commands.ts'
import { datasetCommands } from './commands/dataset/dataset-commands.ts'
import { modelCommands } from './commands/model/model-commands.ts'
import { retentionCommands } from './commands/retention/retention-commands.ts'
import { reviewCommands } from './commands/review/review-commands.ts'
import { rulesCommands } from './commands/rules/rules-commands.ts'
import { tokenCommands } from './commands/token/token-commands.ts'
import { trainCommands } from './commands/train/train-commands.ts'
import { userCommands } from './commands/user/user-commands.ts'

/**
 * Every command of `vireo`. To add `vireo GROUP NAME`, write `commands/GROUP/NAME.ts` and add its entry to
 * `commands/GROUP/GROUP-commands.ts`; a command without a group stands here. Help reads only these tables: the file of a
 * command is loaded when the command is called, and imports at its top what it needs.
 */
export const commandTable: readonly (CommandEntry | CommandGroup)[] = [
  {
    name: 'init',
    about:
      'Set up a site: find the cameras, look at them, install the model of people, write vireo.yaml with rules, and start.',
    load: async () => (await import('./commands/init.ts')).init,
  },
  {
    name: 'run',
    about: 'Attach the cameras and publish alerts until stopped (Ctrl-C or SIGTERM).',
    load: async () => (await import('./commands/run.ts')).run,
  },
  { name: 'alerts', about: 'Read alerts, with or without Kafka.', commands: alertsCommands },
  { name: 'clip', about: 'The recordings of alerts.', commands: clipCommands },
  {
    name: 'digest',
    about: 'A summary film of what was recorded: every alert, what moves, and nothing that stands still.',
    load: async () => (await import('./commands/digest.ts')).digest,
  },
  { name: 'retention', about: 'What is kept of the footage, and how.', commands: retentionCommands },
  { name: 'config', about: 'Check and show the configuration.', commands: configCommands },
  { name: 'camera', about: 'Look at cameras and change which there are.', commands: cameraCommands },
  {
    name: 'trace',
    about: 'Follow the clips of one camera through every stage: why did it alert, or not? Nothing is stored.',
    load: async () => (await import('./commands/trace.ts')).trace,
  },
  { name: 'rules', about: 'Try rules about people and objects.', commands: rulesCommands },
  { name: 'model', about: 'Import, inspect, list and promote models.', commands: modelCommands },
  {
    name: 'learn',
    about: 'Make a new version of a model: pretrain, fine-tune, evaluate, gate, register, promote.',
    load: async () => (await import('./commands/learn.ts')).learn,
  },
  {
    name: 'teach',
    about: 'From a folder of labelled clips to a live model: split, train, judge, gate, register, promote.',
    arguments: { '<folder>': 'a folder for each label, or labels.csv with path,label and, if wanted, group' },
    load: async () => (await import('./commands/teach.ts')).teach,
  },
  {
    name: 'simulate',
    about: 'Render scenes of acting people to video, with frame-exact labels.',
    load: async () => (await import('./commands/simulate.ts')).simulate,
  },
  { name: 'train', about: 'Train models on this machine.', commands: trainCommands },
  {
    name: 'review',
    about: 'Judge what was alerted and sampled; training learns from it.',
    commands: reviewCommands,
  },
  {
    name: 'dataset',
    about: 'What models learn from: versions that never change.',
    commands: datasetCommands,
  },
  { name: 'user', about: 'Who may log in to the console.', commands: userCommands },
  { name: 'token', about: 'Tokens of programs that use the REST API.', commands: tokenCommands },
  {
    name: 'doctor',
    about: 'Check what this machine has: ffmpeg, inference providers, GPU, Kafka, disk.',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
]
