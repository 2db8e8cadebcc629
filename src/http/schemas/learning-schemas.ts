import { z } from 'zod'
import { orNothing, pageFields, slug, time } from './api-fields.ts'
import { curvePoint, mistake } from './review-schemas.ts'

const text = z.string()
const figure = z.number().nullable()
const count = z.int()
const runResults = ['live', 'shadow', 'registered', 'refused'] as const

const job = z.strictObject({
  state: z.enum(['running', 'paused', 'ended']),
  model: text,
  run: text.nullable().describe('null until footage and settings are read.'),
  who: text,
  startedAt: time,
  at: time.describe('When it said so.'),
  phase: text.nullable(),
  done: z.number(),
  total: z.number(),
  loss: figure,
  etaS: figure,
  paused: z.enum(['busy', 'hand']).nullable().describe('busy: the live path is short of cores.'),
  notice: text.nullable().describe('The latest thing that it told.'),
  ended: z
    .strictObject({ code: text.nullable(), message: text })
    .nullable()
    .describe('What came of it, or why it ended.'),
})
const runFields = {
  id: text,
  model: text,
  version: text.nullable().describe('The version that it makes.'),
  state: z
    .enum(['running', 'paused', 'stopped', 'done', 'compared'])
    .describe('stopped: it can go on; compared: it only tried a way to learn.'),
  result: z.enum(runResults).nullable(),
  startedAt: time,
  finishedAt: time.nullable(),
  champion: text.nullable().describe('The live version when it began.'),
  clips: count.nullable().describe('Labelled clips.'),
  accuracy: figure,
  macroF1: figure,
  gain: figure.describe('Macro F1 above that of the champion.'),
}
const side = z.strictObject({
  name: text,
  accuracy: z.number(),
  macroF1: z.number(),
  items: count,
  groups: count,
  perClass: z.array(
    z.strictObject({
      label: text,
      support: count,
      said: count,
      precision: figure,
      recall: figure,
      f1: figure,
    }),
  ),
  confusion: z.array(z.array(count)).describe('[truth][said]: clips.'),
  calibrationError: figure,
  falseAlarmsPerCameraDay: figure,
  latencyP95Ms: figure,
})
const difference = z.object({
  champion: z.number(),
  challenger: z.number(),
  difference: z.number(),
  low: z.number().describe('Ends of the interval of the difference.'),
  high: z.number(),
  confidence: z.number(),
})
const changes = z.strictObject({
  count,
  first: z.array(z.strictObject({ id: text, group: text, truth: text, champion: text, challenger: text })),
})
const judged = z.strictObject({
  labels: z.array(text),
  clips: count,
  datasets: z.array(text),
  challenger: side,
  champion: side,
  accuracy: difference,
  macroF1: difference,
  pValue: z.number().describe('McNemar, exact.'),
  stillRight: count,
  fixed: changes,
  broken: changes,
  stillWrong: changes,
  corrected: z
    .strictObject({ clips: count, rightBefore: count, rightNow: count })
    .describe('Clips that people corrected.'),
  mistakes: z.array(mistake.omit({ inQueue: true })),
  promote: z.boolean(),
  reasons: z.array(z.strictObject({ rule: text, measured: figure, limit: figure, holds: z.boolean(), text })),
})
const modelFields = {
  name: text,
  live: text.nullable(),
  previous: text.nullable().describe('What a rollback goes back to.'),
  shadow: text.nullable().describe('Judges live clips unheard.'),
  versions: count,
  serves: z.boolean().describe('Whether this process serves it.'),
  learned: z.boolean().describe('Whether the settings learn new versions of it.'),
}
const reason = z.string().trim().min(1).max(300).exactOptional().describe('Kept in the history.')
const version = z.string().regex(/^[\w.+-]{1,64}$/, 'a version of the model')

/** What requests and answers of learning look like. */
export const learningSchemas = {
  page: z.strictObject(pageFields),
  job: z.strictObject({ job: job.nullable().describe('null: nothing was ever learned here.') }),
  choices: z.strictObject({
    models: z.array(text).describe('What a run can be of, the usual one first.'),
    settings: text.nullable().describe('The model of the section learning; null: there is none.'),
    ready: z.boolean().describe('Whether the datasets that the section names are there.'),
    lines: text.nullable().describe('What to add to the configuration where the section is missing.'),
    refused: z
      .enum(['no_file', 'no_footage'])
      .nullable()
      .describe(
        'Why nothing can be started. no_file: this process has no configuration file; no_footage: nothing was judged, and there is no dataset.',
      ),
  }),
  runId: z.strictObject({ id: z.string().regex(/^[A-Za-z0-9][\w.-]{0,127}$/, 'the id of a run') }),
  runPicture: z.strictObject({
    id: z.string().regex(/^[A-Za-z0-9][\w.-]{0,127}$/, 'the id of a run'),
    number: z.enum(['0', '1', '2']),
  }),
  runList: z.strictObject({
    runs: z.array(z.strictObject(runFields)),
    next: text.nullable().describe('Give it as cursor; null: there are no more.'),
  }),
  runDetail: z.strictObject({
    ...runFields,
    steps: z.array(z.strictObject({ name: text, doneAt: time })).describe('What is done of it.'),
    settings: z.looseObject({}).nullable(),
    curves: z.strictObject({
      pretrain: z.array(z.strictObject({ step: z.number(), masked: figure, next: figure })),
      finetune: z.strictObject({
        steps: z.array(z.strictObject({ step: z.number(), loss: z.number(), rate: figure })),
        epochs: z.array(z.strictObject({ step: z.number(), validationLoss: figure, accuracy: figure })),
      }),
    }),
    pictures: z.array(text).describe('Paths of what pretraining painted in.'),
    report: text.nullable().describe('Path of its report.'),
    judged: judged.nullable().describe('null until it is judged.'),
  }),
  wish: z.strictObject({
    what: z
      .enum(['finetune', 'pretrain', 'teach'])
      .describe(
        'finetune: from the live version, without pretraining; pretrain: with it; teach: compares the ways to learn that are there.',
      ),
    model: slug.exactOptional().describe('That of the settings unless given.'),
    datasets: z
      .array(z.string().max(80))
      .max(20)
      .exactOptional()
      .describe('NAME or NAME@VERSION; those of the settings unless given.'),
    plan: z
      .looseObject({})
      .exactOptional()
      .describe('Settings of learning that count instead of those of the configuration.'),
  }),
  modelName: z.strictObject({ name: slug }),
  promote: z.strictObject({
    version,
    reason,
    now: z
      .boolean()
      .exactOptional()
      .describe('Without a shadow, also where a running Vireo serves the model.'),
  }),
  rollback: orNothing(
    z.strictObject({ to: version.exactOptional().describe('An earlier version that was live.'), reason }),
  ),
  dismiss: z.strictObject({ version, reason }),
  modelList: z.strictObject({ models: z.array(z.strictObject(modelFields)) }),
  modelDetail: z.strictObject({
    ...modelFields,
    lineage: z
      .array(
        z.strictObject({
          version: text,
          parent: text.nullable(),
          createdAt: time,
          createdBy: text,
          dataset: text.nullable(),
          datasets: z.array(text),
          seed: count.nullable(),
          code: text,
          command: text,
          run: text.nullable(),
          metrics: z.record(z.string(), z.number()),
        }),
      )
      .describe('The newest first.'),
    history: z.array(
      z.strictObject({
        at: time,
        action: text,
        version: text,
        who: text,
        reason: text,
        details: z.looseObject({}),
      }),
    ),
    curve: z.array(curvePoint),
  }),
  disagreements: z.strictObject({
    items: z.array(
      z.strictObject({
        at: time,
        cameraId: text,
        label: text,
        liveVersion: text,
        shadowVersion: text,
        liveScore: z.number(),
        shadowScore: z.number(),
        liveLabels: z.array(text),
        shadowLabels: z.array(text),
        startedAt: time,
      }),
    ),
    next: text.nullable(),
  }),
} as const
