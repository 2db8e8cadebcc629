import { language } from '../../text/language.ts'

const titles: Readonly<Record<string, { readonly en: string; readonly zh: string }>> = {
  intrusion: { en: 'Intrusion', zh: '入侵' },
  loitering: { en: 'Loitering', zh: '徘徊' },
  'line-crossing': { en: 'Line crossing', zh: '越线' },
  crowding: { en: 'Crowding', zh: '聚集' },
  running: { en: 'Running', zh: '奔跑' },
  falling: { en: 'Falling', zh: '跌倒' },
  fallen: { en: 'Lying', zh: '倒地' },
  help: { en: 'Call for help', zh: '求助' },
  fighting: { en: 'Fighting', zh: '打斗' },
  'wrong-direction': { en: 'Wrong direction', zh: '逆行' },
  immobile: { en: 'Immobile', zh: '静止不动' },
  'left-alone': { en: 'Left alone', zh: '独处' },
  'abandoned-object': { en: 'Abandoned object', zh: '遗留物' },
  anomaly: { en: 'Anomaly', zh: '异常' },
  scream: { en: 'Scream', zh: '尖叫' },
  'glass-break': { en: 'Breaking glass', zh: '玻璃破碎' },
  gunshot: { en: 'Gunshot', zh: '枪声' },
  'smoke-alarm': { en: 'Smoke alarm', zh: '烟雾报警' },
  crying: { en: 'Crying', zh: '哭泣' },
}

const about: Readonly<Record<string, string>> = {
  intrusion: '有人进入不应有人的区域。',
  loitering: '有人停留在区域内；短暂离开不会重新计时。',
  'line-crossing': '有人越过一条线，朝指定的一侧或任一侧。',
  crowding: '区域（或画面）内同时有这么多人。',
  running: '有人奔跑：速度超过每秒若干倍身高（步行约 0.8）。',
  falling: '有人跌倒且没有起来。',
  fallen: '有人躺着没有起来，无论是否看到跌倒。请用区域排除床和沙发。',
  help: '有人挥手求助或举起双手。',
  fighting: '靠近的两个人打斗。',
  'wrong-direction': '有人朝与允许方向相反的方向移动。',
  immobile: '有人原地不动。',
  'left-alone': '附近没有其他人（儿童、病人）。',
  'abandoned-object': '物品静止不动，携带者已离开。需要能识别物品的检测器。',
  anomaly: '画面与此摄像机平时不同。',
  scream: '听到尖叫。需要声音模型。',
  'glass-break': '听到玻璃破碎。需要声音模型。',
  gunshot: '听到枪声。需要声音模型。',
  'smoke-alarm': '烟雾或火灾报警器响起。需要声音模型。',
  crying: '有人（包括儿童）哭泣。需要声音模型。',
}

/** What a preset is called; one that this page does not know is called as the server does. */
export const presetTitle = (name: string): string => titles[name]?.[language.value] ?? name

/** What a preset finds: the server says it in English. */
export const presetAbout = (name: string, summary: string): string =>
  language.value === 'zh' ? (about[name] ?? summary) : summary
