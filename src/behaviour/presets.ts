/**
 * Ready rules in the rule language. `$name` stands for a parameter; an item of a list that needs a parameter that
 * is neither given nor has a default is left out. Other fields are defaults of the rule's own. The default of a parameter
 * that is the label of an action stands for every label of the models that means it, such as falling for fall.
 */
export interface Preset {
  readonly summary: string
  /** Default of each parameter; `required` has none and must be given, `optional` has none. */
  readonly parameters: Readonly<Record<string, PresetParameter>>
  readonly rule: Readonly<Record<string, unknown>>
  /** Whether the rule also works without the action: then it does where no model knows it. */
  readonly withoutAction?: boolean
}

export type PresetParameter =
  | {
      readonly default: string | number | readonly (string | number)[]
      /** The label of an action that only helps: what asks for it is left out where no model is known to have it. */
      readonly whereKnown?: true
    }
  | { readonly needed: 'required' | 'optional' }

const required = { needed: 'required' } as const
const optional = { needed: 'optional' } as const
const person = { default: 'person' } as const

export const presets = {
  intrusion: {
    summary: 'Somebody is in a zone where nobody should be.',
    parameters: { zone: required, label: person, for: { default: '1s' } },
    rule: {
      severity: 'critical',
      when: { all: [{ label: '$label' }, { inZone: '$zone' }], for: '$for' },
    },
  },
  loitering: {
    summary: 'Somebody stays in a zone; short steps out of it do not begin the time anew.',
    parameters: { zone: required, label: person, for: { default: '30s' } },
    rule: {
      when: { all: [{ label: '$label' }, { inZone: '$zone', for: '$for', gap: '3s' }] },
    },
  },
  'line-crossing': {
    summary: 'Somebody crosses a line, to the named side of it or to either.',
    parameters: { line: required, to: optional, label: person },
    rule: {
      group: 'track',
      clear: '1s',
      cooldown: '5s',
      when: { all: [{ label: '$label' }, { crosses: { line: '$line', to: '$to' } }] },
    },
  },
  crowding: {
    summary: 'So many are in a zone (or in the picture) at once.',
    parameters: { zone: optional, label: person, atLeast: { default: 5 }, for: { default: '10s' } },
    rule: {
      when: {
        count: { of: { all: [{ label: '$label' }, { inZone: '$zone' }] }, atLeast: '$atLeast' },
        for: '$for',
        gap: '2s',
      },
    },
  },
  running: {
    summary: 'Somebody runs: faster than so many body heights per second (walking is about 0.8).',
    parameters: { zone: optional, label: person, above: { default: 1.5 }, for: { default: '1s' } },
    rule: {
      when: {
        all: [{ label: '$label' }, { inZone: '$zone' }, { speed: { above: '$above' } }],
        for: '$for',
        gap: '300ms',
      },
    },
  },
  falling: {
    summary:
      'Somebody falls and does not get up. The fall is seen by the action score or by the box turning from ' +
      'upright to lying; lying by the box, by the action score where a model knows it, or by the loss of the track ' +
      'after a fall (detectors lose lying people).',
    withoutAction: true,
    parameters: {
      zone: optional,
      label: person,
      action: { default: 'fall' },
      lying: { default: 'lying', whereKnown: true },
      above: { default: 0.5 },
      for: { default: '10s' },
    },
    rule: {
      severity: 'critical',
      hold: '30s',
      when: {
        all: [
          { label: '$label' },
          { inZone: '$zone' },
          {
            // biome-ignore lint/suspicious/noThenProperty: a key of the rule language
            then: [
              {
                any: [
                  { action: { label: '$action', of: 'track', above: '$above' } },
                  {
                    // biome-ignore lint/suspicious/noThenProperty: a key of the rule language
                    then: [{ aspect: { below: 0.75 }, for: '500ms' }, { aspect: { above: 1.1, until: 0.9 } }],
                    within: '2s',
                  },
                ],
              },
              {
                any: [
                  { aspect: { above: 1.1, until: 0.9 } },
                  { action: { label: '$lying', of: 'track', above: '$above' } },
                  // As long as the fall is what a model sees, nobody has got up.
                  { action: { label: '$action', of: 'track', above: '$above' } },
                  { lost: 'inside' },
                ],
                for: '$for',
                gap: '500ms',
              },
            ],
            within: '3s',
          },
        ],
      },
    },
  },
  fallen: {
    summary:
      'Somebody lies and does not get up, whether their fall was seen or not, by the action score. Keep beds and sofas ' +
      'out of it with a zone.',
    parameters: {
      zone: optional,
      label: person,
      action: { default: 'lying' },
      above: { default: 0.5 },
      for: { default: '15s' },
    },
    rule: {
      severity: 'critical',
      hold: '30s',
      when: {
        all: [
          { label: '$label' },
          { inZone: '$zone' },
          { action: { label: '$action', of: 'track', above: '$above' } },
        ],
        for: '$for',
        gap: '2s',
      },
    },
  },
  help: {
    summary: 'Somebody waves for help or holds up their hands, by the action score.',
    parameters: {
      zone: optional,
      label: person,
      action: { default: ['waving', 'hands-up'] },
      above: { default: 0.6 },
      for: { default: '2s' },
    },
    rule: {
      severity: 'critical',
      when: {
        all: [
          { label: '$label' },
          { inZone: '$zone' },
          { action: { label: '$action', of: 'track', above: '$above' } },
        ],
        for: '$for',
        gap: '1s',
      },
    },
  },
  fighting: {
    summary: 'Two who are near each other fight, by the action score of one of them or of the scene.',
    parameters: {
      zone: optional,
      label: person,
      action: { default: 'fight' },
      above: { default: 0.6 },
      distance: { default: 1 },
      for: { default: '1s' },
    },
    rule: {
      severity: 'critical',
      when: {
        all: [
          { label: '$label' },
          { inZone: '$zone' },
          { near: { label: '$label', distance: '$distance' } },
          { action: { label: '$action', above: '$above' } },
        ],
        for: '$for',
        gap: '1s',
      },
    },
  },
  'wrong-direction': {
    summary: 'Somebody moves against the allowed direction of the picture.',
    parameters: {
      zone: optional,
      label: person,
      allowed: required,
      tolerance: { default: 60 },
      for: { default: '1s' },
    },
    rule: {
      when: {
        all: [
          { label: '$label' },
          { inZone: '$zone' },
          { moves: { against: '$allowed', tolerance: '$tolerance' } },
        ],
        for: '$for',
        gap: '300ms',
      },
    },
  },
  immobile: {
    summary: 'Somebody does not move from the spot.',
    parameters: {
      zone: optional,
      label: person,
      radius: { default: 0.3 },
      for: { default: '2m' },
    },
    rule: {
      hold: '10s',
      when: {
        all: [{ label: '$label' }, { inZone: '$zone' }, { still: { radius: '$radius' } }],
        for: '$for',
      },
    },
  },
  'left-alone': {
    summary: 'Somebody has nobody near (a child, a patient).',
    parameters: {
      zone: optional,
      label: person,
      company: person,
      distance: { default: 4 },
      for: { default: '1m' },
    },
    rule: {
      when: {
        all: [
          { label: '$label' },
          { inZone: '$zone' },
          { not: { near: { label: '$company', distance: '$distance' } } },
        ],
        for: '$for',
        gap: '1s',
      },
    },
  },
  'abandoned-object': {
    summary: 'An object stands still and who brought it has gone. Needs a detector that knows objects.',
    parameters: {
      zone: optional,
      label: { default: ['backpack', 'handbag', 'suitcase'] },
      owner: person,
      distance: { default: 3 },
      for: { default: '30s' },
    },
    rule: {
      hold: '10s',
      when: {
        all: [
          { label: '$label' },
          { inZone: '$zone' },
          { still: { radius: 0.5 } },
          { ownerAway: { owner: '$owner', distance: '$distance' } },
        ],
        for: '$for',
      },
    },
  },
  anomaly: {
    summary: 'The picture is unlike what this camera usually shows.',
    parameters: { above: { default: 0.8 }, for: { default: '2s' } },
    rule: { severity: 'info', when: { anomaly: { above: '$above' }, for: '$for', gap: '1s' } },
  },
  scream: heard('Somebody screams, by the sound of the camera.', 'scream', { above: 0.5, for: '500ms' }),
  'glass-break': heard('Glass breaks, by the sound of the camera.', 'glass', { above: 0.5 }),
  gunshot: heard('A shot is heard.', 'gunshot', { above: 0.5 }),
  'smoke-alarm': heard('A smoke or fire alarm sounds.', 'smoke-alarm', { above: 0.5, for: '3s' }),
  crying: heard('Somebody cries, a child too.', 'crying', { severity: 'warning', above: 0.5, for: '3s' }),
} satisfies Record<string, Preset>

export const presetTable: Readonly<Record<string, Preset>> = presets

/** A rule about what is heard: the score of a model of sounds, of the scene. What is short need not last. */
function heard(
  summary: string,
  action: string,
  more: { above: number; for?: string; severity?: 'critical' | 'warning' },
): Preset {
  const { above, for: lasts, severity = 'critical' } = more
  const score = { all: [{ action: { label: '$action', of: 'scene', above: '$above' } }] }
  return {
    summary: `${summary} Needs a model of sounds.`,
    parameters: {
      action: { default: action },
      above: { default: above },
      ...(lasts !== undefined && { for: { default: lasts } }),
    },
    rule: { severity, when: lasts === undefined ? score : { ...score, for: '$for', gap: '2s' } },
  }
}
