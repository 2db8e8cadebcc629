import { createHash } from 'node:crypto'

/** A message as the broker gets it. An empty payload with `retain` removes what the broker has retained. */
export interface MqttMessage {
  readonly topic: string
  readonly payload: string
  readonly retain: boolean
}

/** The topics of one node. Camera ids are slugs, so they need no escape. */
export interface MqttTopics {
  readonly availability: string
  /** Filters that match every topic of this node whose messages are retained, but the availability. */
  readonly retainedFilters: readonly string[]
  alert(cameraId: string): string
  status(cameraId: string): string
  clip(cameraId: string): string
  label(cameraId: string, slug: string): string
}

export function mqttTopics(prefix: string, nodeName: string): MqttTopics {
  const node = `${prefix}/${nodeName}`
  return {
    availability: `${node}/availability`,
    retainedFilters: [`${node}/+/status`, `${node}/+/label/+`],
    alert: (cameraId) => `${node}/${cameraId}/alert`,
    status: (cameraId) => `${node}/${cameraId}/status`,
    clip: (cameraId) => `${node}/${cameraId}/clip`,
    label: (cameraId, slug) => `${node}/${cameraId}/label/${slug}`,
  }
}

/**
 * A name of `a-z0-9-` for each label, that can be a level of a topic and part of an id: no two labels have the same,
 * and a label's name depends on the order of the others in no way. Labels whose plain names would be equal or empty
 * get a few digits of their hash.
 */
export function labelSlugs(labels: readonly string[]): ReadonlyMap<string, string> {
  const distinct = [...new Set(labels)]
  const takers = Map.groupBy(distinct, plainSlug)
  return new Map(
    distinct.map((label) => {
      const plain = plainSlug(label)
      const alone = plain !== '' && (plain === label || takers.get(plain)?.length === 1)
      return [label, alone ? plain : [plain, hashOf(label)].filter(Boolean).join('-')]
    }),
  )
}

const plainSlug = (label: string) =>
  label
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 64)

const hashOf = (label: string) => createHash('sha256').update(label).digest('hex').slice(0, 8)
