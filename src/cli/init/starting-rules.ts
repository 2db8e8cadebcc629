import { sameLabel } from '../../core/text/same-label.ts'
import type { ClosedHours } from './site-answers.ts'

/** A rule as it is written down: what it is for, then its lines. */
export interface StartingRule {
  readonly name: string
  readonly about: readonly string[]
  readonly lines: readonly string[]
}

export interface KnownModels {
  /** Whether a model finds people and their keypoints. Without one, what moves is watched. */
  readonly people: boolean
  /** Labels of a model of people's actions; empty: there is none. */
  readonly actions: readonly string[]
}

/** Name of the one zone: the whole picture, until somebody draws it smaller. */
export const zoneName = 'area'

/** Rules that make sense on most cameras, as far as the models that are there know what they ask for. */
export function startingRules(closed: ClosedHours, models: KnownModels): StartingRule[] {
  return models.people ? rulesOfPeople(closed, models.actions) : rulesOfMotion(closed)
}

function rulesOfPeople(closed: ClosedHours, actions: readonly string[]): StartingRule[] {
  const known = (action: string) => actions.find((label) => sameLabel(action, label))
  const signs = actions.filter((label) => sameLabel('waving', label) || sameLabel('hands-up', label))
  return [
    ...(closed === 'never'
      ? []
      : [
          {
            name: 'after-hours',
            about: ['Somebody is in the zone while nobody should be there.'],
            lines: ['preset: intrusion', `with: { zone: ${zoneName}, for: 1s }`, ...armedLines(closed)],
          },
        ]),
    {
      name: 'fall',
      about: [
        'Somebody goes from upright to lying and does not get up for 4 seconds.',
        'Where people lie down on purpose (a ward, a bedroom) make it longer.',
      ],
      lines: ['preset: falling', 'with: { for: 4s }'],
    },
    {
      name: 'loitering',
      about: ['Somebody stays in the zone for two minutes. Longer where people wait or work.'],
      lines: ['preset: loitering', `with: { zone: ${zoneName}, for: 2m }`],
    },
    {
      name: 'crowd',
      about: ['Five people or more at once for ten seconds; the model sees six at most.'],
      lines: ['preset: crowding', 'with: { atLeast: 5, for: 10s }'],
    },
    {
      name: 'running',
      about: ['Somebody runs: 1.5 body heights a second or more; walking is about 0.8.'],
      lines: ['preset: running', 'with: { above: 1.5, for: 1s }'],
    },
    {
      name: 'help',
      about: [
        signs.length === 0
          ? 'Somebody holds both hands up for two seconds.'
          : 'Somebody holds both hands up or waves for two seconds.',
      ],
      lines: [
        'severity: critical',
        'when:',
        '  all:',
        '    - label: person',
        ...(signs.length === 0
          ? ['    - posture: hands-up']
          : [
              '    - any:',
              '        - posture: hands-up',
              ...signs.map(
                (label) => `        - action: { label: ${JSON.stringify(label)}, of: track, above: 0.7 }`,
              ),
            ]),
        '  for: 2s',
        '  gap: 500ms',
      ],
    },
    ...(known('fight') === undefined
      ? []
      : [
          {
            name: 'fight',
            about: ['Two people near each other fight, by the action score of one of them.'],
            lines: ['preset: fighting', 'with: { above: 0.7, for: 1s }'],
          },
        ]),
  ]
}

function rulesOfMotion(closed: ClosedHours): StartingRule[] {
  return [
    {
      name: 'motion',
      about: ['Something moves in the zone: people, cars, cats. Its speed is in lengths of its own.'],
      lines: [
        ...(closed === 'never' ? [] : ['severity: critical', ...armedLines(closed)]),
        'when:',
        `  all: [{ inZone: ${zoneName} }, { speed: { above: 0.03, until: 0.01 } }]`,
        '  for: 500ms',
        '  gap: 1s',
      ],
    },
  ]
}

const armedLines = (closed: ClosedHours) =>
  typeof closed === 'string' ? [] : [`armed: [{ from: "${closed.from}", to: "${closed.to}" }]`]
