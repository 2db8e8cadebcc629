import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Ajv from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { configSchema } from '../../../src/config/config-schema.ts'
import { kafkaSchema } from '../../../src/config/schema/kafka-schema.ts'
import {
  alertEvent,
  cameraStatusEvent,
  clipEvent,
  clipRemovedEvent,
  clipUnavailableEvent,
} from '../../../src/event/cloud-event.ts'
import { kafkaMessage, topicOf } from '../../../src/event/kafka/kafka-message.ts'
import { wantedTopics } from '../../../src/event/kafka/kafka-topics.ts'
import type { UnplacedEvent } from '../../../src/store/tables/outbox-table.ts'

const root = join(import.meta.dirname, '../../..')
const text = readFileSync(join(root, 'docs/consuming.md'), 'utf8')
const schemas = readdirSync(join(root, 'src/event/schema')).map((name) => ({
  name,
  schema: JSON.parse(readFileSync(join(root, 'src/event/schema', name), 'utf8')),
}))

// biome-ignore lint/suspicious/noExplicitAny: any JSON object.
type Value = any
interface Example {
  readonly key: string
  readonly headers: Readonly<Record<string, string>>
  readonly value: Value
}
const examples = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json]) => JSON.parse(json!) as Example)
const typed = examples.map((example) => [example.headers.ce_type!, example] as const)

/** The lines of the table that begins with this heading, as cells. */
function tableOf(heading: string): string[][] {
  const lines = text.slice(text.indexOf(`| ${heading} |`)).split('\n')
  const end = lines.findIndex((line) => !line.startsWith('|'))
  return lines.slice(2, end).map((line) =>
    line
      .slice(2, -2)
      .split(' | ')
      .map((cell) => cell.replaceAll('`', '')),
  )
}

/** What Vireo makes of the facts in an example. */
function eventOf({ headers, value }: Example): UnplacedEvent {
  const source = headers.ce_source!
  const ms = (iso: string) => Date.parse(iso)
  switch (headers.ce_dataschema) {
    case 'urn:vireo:schema:alert:v1': {
      const { startedAt, lastAt, clipUri, ...same } = value
      const times = { startedMs: ms(startedAt), lastMs: ms(lastAt), causeMonoMs: 0 }
      return alertEvent({ ...same, ...times, clipPath: fileURLToPath(clipUri) }, source)
    }
    case 'urn:vireo:schema:camera-status:v1': {
      const { since, ...same } = value
      return cameraStatusEvent({ ...same, sinceMs: ms(since) }, source)
    }
    case 'urn:vireo:schema:clip:v1': {
      const { startedAt, uri, thumbnailUri, endReason: _none, ...same } = value
      const paths = { path: fileURLToPath(uri), thumbnailPath: fileURLToPath(thumbnailUri) }
      return clipEvent({ ...same, ...paths, startedMs: ms(startedAt) }, source)
    }
    case 'urn:vireo:schema:clip-unavailable:v1': {
      const { knownAt, ...same } = value
      return clipUnavailableEvent({ ...same, atMs: ms(knownAt) }, source)
    }
    default: {
      const { removedAt, ...same } = value
      return clipRemovedEvent({ ...same, atMs: ms(removedAt) }, source)
    }
  }
}

describe('docs/consuming.md', () => {
  it('has an example of every schema', () => {
    const shown = new Set(examples.map(({ headers }) => headers.ce_dataschema))
    expect(shown).toEqual(new Set(schemas.map(({ schema }) => schema.$id)))
  })

  it.each(typed)('%s: the example fits its schema', (_type, { headers, value }) => {
    const ajv = new Ajv.default({ strict: true, allowUnionTypes: true })
    addFormats.default(ajv)
    const { schema } = schemas.find(({ schema }) => schema.$id === headers.ce_dataschema)!
    const validate = ajv.compile(schema)
    expect(validate(value), JSON.stringify(validate.errors)).toBe(true)
    expect(validate({ ...value, cameraId: 'Not A Slug' })).toBe(false)
  })

  it.each(typed)('%s: the example is what Vireo sends, ids and all', (_type, example) => {
    const event = eventOf(example)
    const { key, headers, value } = kafkaMessage({ ...event, position: 1, acceptedMs: 0, attempts: 0 })
    expect({ key, headers, value: JSON.parse(String(value)) }).toEqual(example)
  })

  it('explains every header, and which one says that an event is history', () => {
    const event = eventOf(examples[0]!)
    const replayed = kafkaMessage({ ...event, position: 1, acceptedMs: 0, attempts: 1 })
    const all = Object.keys(replayed.headers ?? {}).filter((name) => name !== 'ce_specversion')
    expect(new Set(tableOf('header | what it says').map(([name]) => name))).toEqual(new Set(all))
    expect(replayed.headers?.ce_replay).toBe('true')
  })

  it('lists the types and their schemas', () => {
    const listed = tableOf('type | schema | sent').map(([type, schema]) => [type!, schema!] as const)
    const files = new Map(schemas.map(({ name, schema }) => [schema.$id, name]))
    for (const [type, { headers }] of typed)
      expect(listed).toContainEqual([type, files.get(headers.ce_dataschema)])
    expect(new Set(listed.map(([, schema]) => schema))).toEqual(new Set(files.values()))
  })

  it('names the topics as Vireo makes them', () => {
    const kafka = kafkaSchema.parse({ brokers: ['localhost:9092'] })
    const listed = tableOf('topic (default) | configured as | events | kept')
    const days = (settings: Map<string, string>) =>
      settings.get('cleanup.policy') === 'compact'
        ? 'compacted: the last one of each camera'
        : `${Number(settings.get('retention.ms')) / 86_400_000} days`
    const made = wantedTopics(kafka).map(({ topic, configEntries = [] }) => [
      topic,
      days(new Map(configEntries.map(({ name, value }) => [name, value]))),
    ])
    expect(new Set(listed.map(([topic, , , kept]) => `${topic} ${kept}`))).toEqual(
      new Set(made.map((one) => one.join(' '))),
    )
    for (const [topic, field] of listed)
      expect(kafka.topics[field!.replace('kafka.topics.', '') as keyof typeof kafka.topics]).toBe(topic)
    expect(topicOf('alerts', kafka.topics)).toBe(listed[0]![0])
    expect(text).toContain(`\`events.keepDays\` (${configSchema.parse({ version: 1 }).events.keepDays})`)
  })

  it('explains every reason for the end of an alert', () => {
    const alert = schemas.find(({ name }) => name === 'alert.schema.json')!.schema
    const reasons = alert.properties.endReason.enum.filter((reason: string | null) => reason !== null)
    expect(tableOf('`endReason` | means').map(([reason]) => reason)).toEqual(reasons)
  })
})
