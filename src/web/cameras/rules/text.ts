import { computed } from '@preact/signals'
import { dictionary } from '../../text/dictionary.ts'
import { text as common } from '../text.ts'
import type { ParameterProblem } from './rule.ts'

type Names<K extends string> = Readonly<Record<K, string>>
type Severity = 'info' | 'warning' | 'critical'
type Unit = 'share' | 'bodies' | 'bodies/s' | 'people' | 'degrees'
type ParameterName =
  | (
      | 'zone'
      | 'line'
      | 'to'
      | 'label'
      | 'owner'
      | 'company'
      | 'action'
      | 'lying'
      | 'for'
      | 'above'
      | 'atLeast'
    )
  | ('distance' | 'radius' | 'allowed' | 'tolerance')

const own = dictionary({
  en: {
    rules: 'Rules',
    noRules: 'No rule runs on this camera.',
    rulesNotTold: 'Rules are shown to people who may see all cameras.',
    modelRules: 'About what models say',
    modelRulesHint: 'These stand under alerts.rules in the configuration file and are changed there.',
    off: 'off',
    addRule: 'Add rule',
    editRule: (name: string) => `Change ${name}`,
    removeRule: (name: string) => `Remove ${name}`,
    ruleOn: (name: string) => `${name} is on`,
    takeOver: 'Take over',
    ownRule: 'Written in the file',
    ofSeveralCameras: 'of several cameras',
    preset: 'What to find',
    severity: 'Severity',
    asUsual: (usual: string) => `As usual (${usual})`,
    severities: { info: 'Info', warning: 'Warning', critical: 'Critical' } as Names<Severity>,
    usually: (usual: string) => `Usually ${usual}`,
    choose: 'Choose…',
    wholePicture: 'The whole picture',
    eitherSide: 'Either side',
    drawFirst: 'Draw one first.',
    directions: { left: 'To the left', right: 'To the right', up: 'Upwards', down: 'Downwards' } as Names<
      'left' | 'right' | 'up' | 'down'
    >,
    parameters: {
      zone: 'Zone',
      line: 'Line',
      to: 'To which side',
      label: 'What is watched',
      owner: 'Who brings it',
      company: 'Who counts as company',
      action: 'Action',
      lying: 'Action of lying',
      for: 'For how long',
      above: 'From which value',
      atLeast: 'So many at once',
      distance: 'Distance',
      radius: 'Within',
      allowed: 'Allowed direction',
      tolerance: 'Tolerance',
    } as Names<ParameterName>,
    units: {
      share: '0–1',
      bodies: 'body heights',
      'bodies/s': 'body heights a second',
      people: 'people',
      degrees: 'degrees',
    } as Names<Unit>,
    lacking: (title: string) => `${title} (no model for it)`,
    problems: {
      unknown:
        'No loaded model knows this action: it would find nothing. Choose one of the list, or set up a model.',
      required: 'Needed.',
      number: 'A number.',
      range: 'Outside what is accepted.',
      duration: 'A duration such as 500ms, 10s, 5m or 1h.',
      whole: 'A whole number.',
    } as Names<ParameterProblem>,
  },
  zh: {
    rules: '规则',
    noRules: '此摄像机没有规则。',
    rulesNotTold: '规则只对可查看所有摄像机的人显示。',
    modelRules: '关于模型的判断',
    modelRulesHint: '这些写在配置文件的 alerts.rules 下，请在文件中更改。',
    off: '已关闭',
    addRule: '添加规则',
    editRule: (name) => `更改 ${name}`,
    removeRule: (name) => `删除 ${name}`,
    ruleOn: (name) => `${name} 已启用`,
    takeOver: '采用',
    ownRule: '写在配置文件中',
    ofSeveralCameras: '用于多台摄像机',
    preset: '要发现什么',
    severity: '严重程度',
    asUsual: (usual) => `默认（${usual}）`,
    severities: { info: '提示', warning: '警告', critical: '严重' },
    usually: (usual) => `默认 ${usual}`,
    choose: '请选择…',
    wholePicture: '整个画面',
    eitherSide: '任一侧',
    drawFirst: '请先绘制。',
    directions: { left: '向左', right: '向右', up: '向上', down: '向下' },
    parameters: {
      zone: '区域',
      line: '线',
      to: '朝向哪一侧',
      label: '监视对象',
      owner: '携带者',
      company: '陪伴者',
      action: '动作',
      lying: '躺卧的动作',
      for: '持续时间',
      above: '阈值',
      atLeast: '同时数量',
      distance: '距离',
      radius: '范围',
      allowed: '允许的方向',
      tolerance: '容差',
    },
    units: {
      share: '0–1',
      bodies: '身高倍数',
      'bodies/s': '每秒身高倍数',
      people: '人',
      degrees: '度',
    },
    lacking: (title) => `${title}（没有相应的模型）`,
    problems: {
      unknown: '已加载的模型都不认识此动作，将什么也发现不了。请从列表中选择，或设置一个模型。',
      required: '必填。',
      number: '请输入数字。',
      range: '超出可接受的范围。',
      duration: '时长，例如 500ms、10s、5m 或 1h。',
      whole: '请输入整数。',
    },
  },
})

/** Texts of rules, beside those of the page. */
export const text = computed(() => ({ ...common.value, ...own.value }))
