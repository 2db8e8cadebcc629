import { z } from 'zod'
import { datasetSides, reviewReasons, verdicts } from '../../core/text/review-words.ts'
import { orNothing, pageFields, slug, time } from './api-fields.ts'

const oneLine = /^[^\p{Cc}\p{Zl}\p{Zp}]*$/u
const label = z.string().min(1).max(100).regex(oneLine, 'one line, without control characters')
const partMs = z.int().min(0)
const who = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(oneLine, 'one line, without control characters')
  .exactOptional()
  .describe(
    'Who says so; it stays with the judgement for ever. Whoever has logged in says so himself, whatever is given.',
  )
const reference = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}(?:@v?[1-9]\d{0,8})?$/, 'NAME or NAME@VERSION of a dataset')
const reason = z.enum(reviewReasons).describe('Why the clip is in the queue.')
const sides = z.strictObject({ train: z.number(), validation: z.number(), test: z.number() })

const fact = z
  .strictObject({
    seq: z.int(),
    verdict: z.enum([...verdicts, 'undo']),
    labels: z.array(z.string()),
    startMs: z
      .number()
      .nullable()
      .describe(
        'Where the part that shows them begins. Null like endMs: the part for which the model said it; else: at the beginning.',
      ),
    endMs: z.number().nullable().describe('Where it ends. Null: at the end, or as startMs says.'),
    undoes: z.int().nullable().describe('The judgement that an undo takes back.'),
    who: z.string(),
    at: time,
  })
  .describe('What one person said of the clip, once.')
const itemFields = {
  id: z.string().describe('Id of the alert or the sample.'),
  reason,
  state: z.enum(['waiting', 'done', 'removed']).describe('removed: there is nothing to look at any more.'),
  cameraId: z.string(),
  startedAt: time,
  durationMs: z.int(),
  saidFromMs: z
    .int()
    .nullable()
    .describe(
      'Where the part begins for which the model said it, from the beginning of the recording; null: not known.',
    ),
  saidToMs: z.int().nullable().describe('Where it ends.'),
  label: z.string().nullable().describe('What the model said; null: nothing that could be confirmed.'),
  score: z.number().nullable(),
  modelVersion: z.string().nullable(),
  explanation: z.string().nullable().describe('Why it was alerted or sampled, with figures.'),
  removedReason: z.string().nullable(),
  current: fact.nullable().describe('What holds: the latest that nobody took back.'),
}
const clip = z.strictObject({
  id: z.string(),
  camera: z.string(),
  recordedAt: time,
  startMs: z.number().describe('The part that counts.'),
  endMs: z.number(),
  group: z.string().describe('Never on two sides.'),
  side: z.enum(datasetSides),
  labels: z.array(z.string()).describe('What it shows; empty: none of the labels.'),
  notLabels: z.array(z.string()).describe('What a model said and a person denied.'),
  said: z.string().nullable().exactOptional().describe('What a model said; absent for imported footage.'),
  reason: z.enum([...reviewReasons, 'import']),
  who: z.string().nullable(),
  sha256: z.string(),
})

const judgementFields = {
  verdict: z
    .enum(verdicts)
    .describe(
      "confirm: the model's label is right; reject: no label is; relabel: `labels` are; unsure: it cannot be told; skip: not now.",
    ),
  labels: z.array(label).max(50).exactOptional().describe('Of relabel: one or more.'),
  newLabels: z
    .boolean()
    .exactOptional()
    .describe('Without it a label that no model and no dataset has yet is refused.'),
  startMs: partMs.exactOptional().describe('The part that shows them begins here.'),
  endMs: partMs.exactOptional().describe('And ends here.'),
  who,
}
const count = z.int().min(0)
const figure = z.number().nullable()
export const curvePoint = z.strictObject({
  version: z.string(),
  at: time,
  clips: z.int().nullable().describe('Labelled clips that it learned from.'),
  accuracy: figure,
  macroF1: figure,
  judgedBy: z.int().nullable(),
  state: z.enum(['live', 'registered', 'refused']),
})
export const mistake = z.strictObject({
  id: z.string(),
  inQueue: z.boolean().describe('Whether it can be looked at in the queue.'),
  group: z.string(),
  truth: z.string(),
  said: z.string(),
  confidence: z.number(),
})
const counters = z.strictObject({
  waiting: z.strictObject({
    clips: count,
    reasons: z.array(z.strictObject({ reason, clips: count })),
    cameras: z.array(z.strictObject({ cameraId: z.string(), clips: count })),
    labels: z.array(z.strictObject({ label: z.string().nullable(), clips: count })),
  }),
  judged: z.strictObject({
    clips: count,
    unsure: count,
    none: count.describe('Clips that show none of the labels.'),
  }),
  learnable: z
    .strictObject({ clips: count, groups: count, groupsNeeded: count })
    .describe('What can be learned from: judged, with its recording. A group is a camera and a day.'),
  labels: z.array(
    z.strictObject({
      label: z.string(),
      waiting: count,
      confirmed: count,
      rejected: count,
      relabelled: count.describe('A person said it where the model had said something else or nothing.'),
      clips: count.describe('Clips that show it, with their recordings.'),
      groups: count,
      clipsNeeded: count.describe('So many more, and the gate judges the label.'),
      groupsNeeded: count,
    }),
  ),
  people: z.array(z.strictObject({ who: z.string(), clips: count })),
  curve: z
    .array(curvePoint)
    .describe('What the versions were worth on footage that they had not seen, the oldest first.'),
  worst: z.array(mistake).describe('Labelled clips of which the live version is most surely wrong.'),
})

const datasetFields = {
  name: z.string(),
  version: z.int(),
  parent: z.int().nullable().describe('The version before.'),
  createdAt: time,
  seed: z.int(),
  shares: sides,
  contentSha256: z.string(),
  counts: z.strictObject({
    clips: z.int(),
    groups: z.int(),
    labels: z.array(z.strictObject({ label: z.string(), clips: sides })),
    none: sides.describe('Clips that show none of the labels.'),
  }),
}

/** What requests and answers of reviews and datasets look like. */
export const reviewSchemas = {
  id: z.strictObject({ id: z.string().regex(/^[\w-]{1,128}$/, 'the id of an alert or a sample') }),
  query: z.strictObject({
    state: z
      .enum(['waiting', 'done', 'all'])
      .default('waiting')
      .describe('waiting: nobody judged it, or somebody skipped it.'),
    camera: slug.exactOptional(),
    reason: reason.exactOptional(),
    label: z.string().max(200).exactOptional().describe('What the model said.'),
    shows: z.string().max(200).exactOptional().describe('A label that holds, because a person said so.'),
    since: time.exactOptional().describe('Only clips that begin then or later.'),
    until: time.exactOptional().describe('Only clips that begin before.'),
    ...pageFields,
  }),
  judgement: z.strictObject(judgementFields),
  bulk: z.strictObject({
    ids: z
      .array(z.string().regex(/^[\w-]{1,128}$/, 'the id of an alert or a sample'))
      .min(1)
      .max(500)
      .describe('The clips.'),
    ...judgementFields,
  }),
  bulkAnswer: z.strictObject({
    id: z.string().describe('Takes it back as a whole.'),
    judged: z.array(z.string()),
    refused: z
      .array(z.strictObject({ id: z.string(), message: z.string() }))
      .describe('Clips that it does not fit; of them nothing was said.'),
  }),
  bulkId: z.strictObject({ id: z.string().regex(/^[0-9a-f]{32}$/, 'the id of a judgement of many clips') }),
  bulkUndo: z.strictObject({
    undone: z.array(z.string()),
    kept: z.array(z.string()).describe('Of these somebody said something else since.'),
  }),
  labelList: z.strictObject({
    labels: z.array(
      z.strictObject({
        label: z.string(),
        clips: z.int().describe('Clips that show it, as people said.'),
        known: z.boolean().describe('Whether a model or a dataset has it.'),
      }),
    ),
  }),
  counters,
  undo: orNothing(z.strictObject({ who })),
  list: z.strictObject({
    items: z.array(z.strictObject(itemFields)),
    next: z.string().nullable().describe('Give it as cursor; null: there are no more.'),
  }),
  detail: z.strictObject({
    ...itemFields,
    sha256: z.string(),
    scores: z
      .array(z.strictObject({ label: z.string(), score: z.number() }))
      .describe('What the model said, the highest first; of an alert its label alone.'),
    rule: z.string().nullable(),
    bytes: z.int().nullable(),
    preRollMs: z.int().nullable(),
    endReason: z.string().nullable().describe('Why the recording ends early.'),
    facts: z.array(fact).describe('All that was said, the oldest first.'),
    media: z.string().nullable().describe('Path of the MP4; null: it was removed.'),
    thumbnail: z.string().nullable().describe('Path of its first picture.'),
  }),
  reference: z.strictObject({
    reference: reference.describe('NAME or NAME@VERSION; the newest version unless given.'),
  }),
  diffQuery: z.strictObject({
    before: reference.describe('NAME or NAME@VERSION to compare with.'),
  }),
  datasetWish: orNothing(
    z.strictObject({
      name: slug.default('site'),
      seed: z.int().default(1).describe('Seed of the split of new groups.'),
      shares: z
        .strictObject({ train: z.number().min(0), validation: z.number().min(0), test: z.number().min(0) })
        .default({ train: 0.7, validation: 0.15, test: 0.15 }),
    }),
  ),
  datasetList: z.strictObject({
    datasets: z.array(z.strictObject({ name: z.string(), versions: z.array(z.int()) })),
  }),
  dataset: z.strictObject({ ...datasetFields, clips: z.array(clip) }),
  datasetSummary: z.strictObject({
    ...datasetFields,
    groups: sides.describe('Cameras and days on each side.'),
    reasons: z.array(z.strictObject({ reason: z.string(), clips: z.int() })),
    leaks: z
      .array(z.strictObject({ kind: z.enum(['group', 'file', 'time']), what: z.string() }))
      .describe('What stands on two sides of the split; none as a rule.'),
  }),
  datasetDiff: z.strictObject({
    added: z.array(clip),
    removed: z.array(clip),
    changed: z.array(
      z.strictObject({
        id: z.string(),
        field: z.enum(['labels', 'part', 'side']),
        before: z.string(),
        after: z.string(),
      }),
    ),
  }),
} as const
