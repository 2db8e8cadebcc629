import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { mqttSchema } from '../../../src/config/schema/mqtt-schema.ts'
import { discoveryMessages } from '../../../src/event/mqtt/home-assistant.ts'
import { mqttTopics } from '../../../src/event/mqtt/mqtt-topics.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/mqtt.md'), 'utf8')
const topics = mqttTopics('<prefix>', '<node>')

describe('docs/mqtt.md', () => {
  it('shows a section that is valid', () => {
    const yaml = /```yaml\n([\s\S]*?)```/.exec(page)![1]!
    expect(mqttSchema.safeParse(parse(yaml).mqtt).error).toBeUndefined()
  })

  it('lists the topics as they are', () => {
    const camera = '<camera>'
    const real = [
      topics.availability,
      ...[topics.alert(camera), topics.status(camera), topics.clip(camera)],
      topics.label(camera, '<label>'),
    ]
    const listed = [...page.matchAll(/^\| `(<prefix>[^`]*)` \|/gm)].map((found) => found[1])
    expect(listed.sort()).toEqual(real.sort())
    for (const filter of topics.retainedFilters) expect(page).toContain(`\`${filter}\``)
  })

  it('names the entities of Home Assistant', () => {
    const messages = discoveryMessages('gate', {
      discoveryPrefix: 'homeassistant',
      nodeName: 'vireo',
      topics,
      channels: ['alerts', 'camera-status'],
      labels: new Map(),
    })
    const names = messages.map(({ payload }) => JSON.parse(payload).name as string)
    expect(names).toHaveLength(3)
    for (const name of names) expect(page).toContain(`| \`${name}\``)
  })
})
