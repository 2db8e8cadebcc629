/** Words that say who does it, not what is done. */
const fillers = new Set(
  'a an the is are person people human man woman somebody someone action activity detected'.split(' '),
)
/** Forms that no ending gives away. */
const irregular: Readonly<Record<string, string>> = {
  fell: 'fall',
  fallen: 'fall',
  fought: 'fight',
  ran: 'run',
  sat: 'sit',
  seated: 'sit',
  lie: 'lay',
  lies: 'lay',
  lying: 'lay',
  lain: 'lay',
  violent: 'violence',
}
/** What means the same, as stemOf leaves it. */
const meanings: readonly (readonly string[])[] = [
  // Sounds, as AudioSet and others call them.
  ['scream', 'shriek'],
  ['glass', 'shatter', 'break glass', 'glass break', 'glass shatter'],
  ['gunshot', 'shot', 'gun shot', 'gunshot gunfir', 'gunfir', 'machin gun', 'fusillad'],
  ['smok alarm', 'smok detector', 'smok detector smok alarm', 'fir alarm'],
  ['cry', 'sob', 'cry sob', 'baby cry', 'baby cry infant cry'],
  ['fall', 'fall down', 'fall over', 'collaps', 'slip fall'],
  ['fight', 'fist fight', 'violenc', 'brawl', 'physical altercation'],
  ['run', 'jog', 'sprint'],
  ['wav', 'hand wav', 'wav hand'],
  ['hand up', 'rais hand', 'hand rais', 'arm up', 'rais arm', 'arm rais'],
  ['sit', 'sit down'],
  ['lay', 'lay down', 'lay floor', 'lay on floor'],
]

/** Whether two labels of models mean the same action: `fall` and `falling down`, `walk` and `Walking`, `run` and `jogging`. */
export function sameLabel(a: string, b: string): boolean {
  const [one, other] = [stemOf(a), stemOf(b)]
  return one === other || meanings.some((words) => words.includes(one) && words.includes(other))
}

/** A label without its ending, number and fillers: `person_running2` is `run`. */
function stemOf(label: string): string {
  const words = label
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== '' && !fillers.has(word))
  return words.map(wordStem).join(' ') || label.toLowerCase()
}

function wordStem(word: string): string {
  const known = irregular[word] ?? word
  const ending = /^(.{2,}?)(?:ing|ed|es|s)$/.exec(known)?.[1]
  // Not of words that merely end so, such as king or class.
  const bare = ending !== undefined && /[aeiouy]/.test(ending) && !/ss$/.test(known) ? ending : known
  // running is run, falling stays fall; wave and waving both lose what is left of the e.
  return bare.replace(/([^aeioulsz])\1$/, '$1').replace(/e$/, '')
}
