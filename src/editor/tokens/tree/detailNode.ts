import { l10n } from 'vscode';
import { exactJson, numberSpelling } from '../../../base/exactJson.ts';
import { formatWhen } from '../../../base/text.ts';
import { isObject, type JsonObject } from '../../../inspect/claims.ts';
import { hideTokens } from '../../../inspect/hideTokens.ts';
import { claimValue, isDateClaim } from './claimsText.ts';

/** A line below an entry. */
export interface DetailNode {
  readonly kind: 'detail';
  readonly id: string;
  readonly label: string;
  readonly value: string;
  /** Codicon; null for none. */
  readonly icon: string | null;
  readonly tooltip: string | null;
  /** What Copy Value copies, before it is masked; null where there is nothing to copy. */
  readonly copied: string | null;
  /** Lines below this one, made when they are looked at; null for none. */
  readonly children: (() => DetailNode[]) | null;
}

/** A longer list cannot be read in a tree; the details document shows all of it. */
const MOST_CHILDREN = 200;

/** One line of a list. */
export interface Item {
  readonly text: string;
  readonly note: string;
}

/** Makes the lines below one entry. */
export type DetailMaker = ReturnType<typeof maker>;

export function maker(parentId: string) {
  const node = (id: string, change: Omit<DetailNode, 'kind' | 'id'>): DetailNode => ({
    kind: 'detail',
    id,
    ...change,
  });
  const line = (name: string, label: string, value: string, icon: string | null): DetailNode =>
    node(`${parentId}/${name}`, { label, value, icon, tooltip: null, copied: value, children: null });

  const group = (
    name: string,
    label: string,
    value: string,
    icon: string,
    children: () => DetailNode[],
  ): DetailNode => node(`${parentId}/${name}`, { label, value, icon, tooltip: null, copied: null, children });

  /** One item stands on the line itself, several below it; none makes no line. */
  const list = (name: string, label: string, icon: string, items: readonly Item[]): DetailNode | null => {
    const [first, ...others] = items;
    if (first === undefined) return null;
    if (others.length === 0) return line(name, label, first.text, icon);
    const id = `${parentId}/${name}`;
    const children = () =>
      capped(id, items, ({ text, note }, index) =>
        node(`${id}/${index}`, {
          label: text,
          value: note,
          icon: null,
          tooltip: text,
          copied: text,
          children: null,
        }),
      );
    const all = items.map(({ text }) => text).join(' ');
    return node(id, { label, value: all, icon, tooltip: null, copied: all, children });
  };

  const member = (id: string, holder: JsonObject | readonly unknown[], key: string, nowMs: number) =>
    value(id, key, Reflect.get(holder, key), nowMs, numberSpelling(holder, key));

  const value = (
    id: string,
    label: string,
    json: unknown,
    nowMs: number,
    spelling: string | null,
  ): DetailNode => {
    if (Array.isArray(json)) {
      const items: readonly unknown[] = json;
      const children =
        items.length === 0
          ? null
          : () => capped(id, items, (_item, index) => member(`${id}/${index}`, items, String(index), nowMs));
      return node(id, {
        label,
        value: items.length === 1 ? l10n.t('1 item') : l10n.t('{0} items', items.length),
        icon: null,
        tooltip: null,
        copied: exactJson(json, hideTokens, 2),
        children,
      });
    }
    if (isObject(json)) {
      const members = Object.entries(json);
      const children =
        members.length === 0
          ? null
          : () => capped(id, members, ([name], index) => member(`${id}/${index}:${name}`, json, name, nowMs));
      return node(id, {
        label,
        value: members.length === 0 ? '{}' : '',
        icon: null,
        tooltip: null,
        copied: exactJson(json, hideTokens, 2),
        children,
      });
    }
    const date = typeof json === 'number' && isDateClaim(label) ? formatWhen(json * 1000, nowMs) : null;
    const plain = spelling ?? claimValue(json);
    return node(id, {
      label,
      value: date ?? plain,
      icon: null,
      tooltip: null,
      copied: plain,
      children: null,
    });
  };

  const json = (
    name: string,
    label: string,
    note: string,
    object: JsonObject,
    nowMs: number,
  ): DetailNode => ({
    ...value(`${parentId}/${name}`, label, object, nowMs, null),
    value: note,
    icon: 'json',
  });

  const capped = <T>(
    id: string,
    items: readonly T[],
    make: (item: T, index: number) => DetailNode,
  ): DetailNode[] => {
    const shown = items.slice(0, MOST_CHILDREN).map(make);
    const more = items.length - shown.length;
    if (more > 0) {
      shown.push(
        node(`${id}/more`, {
          label: l10n.t('and {0} more', more),
          value: '',
          icon: null,
          tooltip: null,
          copied: null,
          children: null,
        }),
      );
    }
    return shown;
  };

  return { line, group, list, json };
}
