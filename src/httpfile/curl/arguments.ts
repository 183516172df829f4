import { type CurlOption, longOption, shortOption } from './optionTable.ts';
import type { Fault, Word } from './words.ts';

/** An option as curl reads it. */
export interface Given {
  readonly option: CurlOption;
  /** As it is written, for messages. */
  readonly written: string;
  readonly isOn: boolean;
  readonly argument: string;
  readonly start: number;
  readonly end: number;
}

export interface Arguments {
  readonly given: readonly Given[];
  readonly urls: readonly Word[];
  /** What cannot be read: options behind one that is not known are not read either, since it may take an argument. */
  readonly fault: Fault | null;
}

/**
 * Tells options, their arguments and URLs apart, as curl does; the first word is curl itself. `isCut`: the words could
 * not be read to their end.
 */
export function readArguments(words: readonly Word[], isCut: boolean): Arguments {
  const given: Given[] = [];
  const urls: Word[] = [];
  let optionsEnded = false;
  for (let at = 1; at < words.length; at++) {
    const word = words[at];
    if (word === undefined) break;
    const { text, start, end } = word;
    const fault = (message: string): Arguments => ({ given, urls, fault: { message, start, end } });
    if (optionsEnded || !text.startsWith('-')) {
      urls.push(word);
      continue;
    }
    if (text === '--') {
      optionsEnded = true;
      continue;
    }
    const read = text.startsWith('--') ? readLong(text) : readShort(text);
    if (typeof read === 'string') return fault(unknown(read));
    for (const { option, written, isOn, glued } of read) {
      let argument = glued ?? '';
      let last = word;
      if (option.takesArgument && glued === undefined) {
        const next = words[++at];
        if (next === undefined && isCut) return { given, urls, fault: null };
        if (next === undefined) return fault(`The cURL option ${written} needs an argument.`);
        argument = next.text;
        last = next;
      }
      given.push({ option, written, isOn, argument, start, end: last.end });
    }
  }
  return { given, urls, fault: null };
}

type Found = Pick<Given, 'option' | 'written' | 'isOn'> & { readonly glued?: string };

/** The option, or what of it is not known. */
function readLong(text: string): readonly Found[] | string {
  const name = text.slice(2);
  const isOff = name.startsWith('no-');
  const option = longOption(isOff ? name.slice(3) : name);
  if (option === null || (isOff && !option.canBeOff)) return shown(text);
  return [{ option, written: text, isOn: !isOff }];
}

/** `-sXPOST`: letters up to the first that takes an argument, which is the rest or the next word. */
function readShort(text: string): readonly Found[] | string {
  const found: Found[] = [];
  for (let at = 1; at < text.length; at++) {
    const written = `-${text.charAt(at)}`;
    const option = shortOption(text.charAt(at));
    if (option === null) return shown(written);
    if (!option.takesArgument) {
      found.push({ option, written, isOn: true });
      continue;
    }
    const glued = text.slice(at + 1);
    found.push({ option, written, isOn: true, ...(glued === '' ? {} : { glued }) });
    return found;
  }
  return found.length > 0 ? found : '-';
}

/** Up to an equals sign, behind which a secret may stand. */
function shown(option: string): string {
  return option.split('=', 1)[0]?.slice(0, 40) ?? option;
}

function unknown(option: string): string {
  const table = `Keyturn doesn't know the cURL option ${option}, so it can't read what follows.`;
  return option.startsWith('--') && longOption(option.slice(2)) !== null
    ? `curl takes no = behind ${option}: write a space between the option and its argument.`
    : table;
}
