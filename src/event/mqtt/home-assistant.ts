import type { EventChannel } from '../../core/events.ts'
import type { MqttMessage, MqttTopics } from './mqtt-topics.ts'

/** What of this node Home Assistant is told about. */
export interface HomeAssistantOptions {
  readonly discoveryPrefix: string
  readonly nodeName: string
  readonly topics: MqttTopics
  readonly channels: readonly EventChannel[]
  /** Label → slug. */
  readonly labels: ReadonlyMap<string, string>
}

/** Home Assistant's own topic: it publishes `online` there when it has started. */
export const birthTopic = (discoveryPrefix: string) => `${discoveryPrefix}/status`

/** Matches every discovery topic of this node, and no other. */
export const discoveryFilter = (options: { discoveryPrefix: string; nodeName: string }) =>
  `${options.discoveryPrefix}/+/vireo_${options.nodeName}/+/config`

/**
 * The discovery of one camera, a retained message for each entity: connection and picture (from the status), one
 * binary sensor for each label that is ON while an alert with it is open, and an event entity for the steps of
 * alerts. Entities whose channel is not published are left out.
 */
export function discoveryMessages(cameraId: string, options: HomeAssistantOptions): MqttMessage[] {
  const { discoveryPrefix, nodeName, topics, channels, labels } = options
  const nodeId = `vireo_${nodeName}`
  const entity = (component: string, name: string, config: Record<string, unknown>): MqttMessage => ({
    topic: `${discoveryPrefix}/${component}/${nodeId}/${cameraId}_${name}/config`,
    payload: JSON.stringify({
      unique_id: `${nodeId}_${cameraId}_${name}`,
      ...config,
      availability_topic: topics.availability,
      payload_available: 'online',
      payload_not_available: 'offline',
      qos: 1,
      device: {
        identifiers: [`${nodeId}_${cameraId}`],
        name: cameraId,
        manufacturer: 'Vireo',
        model: `Camera of ${nodeName}`,
      },
      origin: { name: 'Vireo' },
    }),
    retain: true,
  })

  const messages: MqttMessage[] = []
  if (channels.includes('camera-status'))
    messages.push(
      entity('binary_sensor', 'online', {
        name: 'Online',
        device_class: 'connectivity',
        entity_category: 'diagnostic',
        state_topic: topics.status(cameraId),
        value_template: "{{ 'ON' if value_json.data.state == 'live' else 'OFF' }}",
        json_attributes_topic: topics.status(cameraId),
        json_attributes_template: '{{ value_json.data | to_json }}',
      }),
      entity('binary_sensor', 'picture', {
        name: 'Picture problem',
        device_class: 'problem',
        entity_category: 'diagnostic',
        state_topic: topics.status(cameraId),
        value_template: "{{ 'OFF' if value_json.data.picture == 'ok' else 'ON' }}",
      }),
    )
  if (channels.includes('alerts')) {
    for (const [label, slug] of labels)
      messages.push(
        entity('binary_sensor', `label_${slug}`, {
          name: label,
          state_topic: topics.label(cameraId, slug),
          payload_on: 'ON',
          payload_off: 'OFF',
        }),
      )
    messages.push(
      entity('event', 'alert', {
        name: 'Alert',
        state_topic: topics.alert(cameraId),
        event_types: ['new', 'update', 'end'],
        value_template: eventTemplate,
      }),
    )
  }
  return messages
}

const eventFields = ['alertId', 'label', 'severity', 'score', 'rule', 'zone', 'startedAt', 'clipUri']

/** Makes the JSON of an event entity from the CloudEvent: `event_type` and attributes. */
const eventTemplate = [
  '{"event_type": {{ value_json.data.phase | to_json }}',
  ...eventFields.map((field) => `"${field}": {{ value_json.data.${field} | to_json }}`),
  `"replay": {{ (value_json.replay | default('false')) | to_json }}}`,
].join(', ')
