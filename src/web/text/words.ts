import { dictionary } from './dictionary.ts'

const text = dictionary({
  en: {
    words: {
      person: 'person',
      standing: 'standing',
      crouching: 'crouching',
      bending: 'bending',
      lying: 'lying',
      unknown: 'unknown',
      'hands-up': 'hands up',
      normal: 'normal',
      falling: 'falling',
      waving: 'waving',
      walking: 'walking',
      running: 'running',
      sitting: 'sitting',
      fighting: 'fighting',
    } as Readonly<Record<string, string>>,
  },
  zh: {
    words: {
      person: '人',
      standing: '站立',
      crouching: '下蹲',
      bending: '弯腰',
      lying: '躺卧',
      unknown: '未知',
      'hands-up': '举手',
      normal: '正常',
      falling: '跌倒',
      waving: '挥手',
      walking: '行走',
      running: '奔跑',
      sitting: '坐',
      fighting: '打斗',
      intrusion: '入侵',
      loitering: '徘徊',
      'line-crossing': '越线',
      crowding: '聚集',
      fallen: '倒地',
      help: '求助',
      'wrong-direction': '逆行',
      immobile: '长时间不动',
      'left-alone': '无人看护',
      'abandoned-object': '遗留物',
      anomaly: '异常',
      gunshot: '枪声',
      scream: '尖叫',
    } as Readonly<Record<string, string>>,
  },
})

/** What a label, a posture or an action is called; what people named themselves stays as they did. */
export const wordFor = (name: string): string => text.value.words[name] ?? name

/** The same of several. */
export const wordsFor = (names: readonly string[]): string => names.map(wordFor).join(', ')
