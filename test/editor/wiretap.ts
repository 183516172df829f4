import {
  type InputBoxOptions,
  type QuickPickItem,
  type QuickPickOptions,
  type StatusBarItem,
  type TreeDataProvider,
  type TreeItem,
  window,
} from 'vscode';

// The API cannot be asked what another part of the editor shows. Tests share the extension's own `vscode` module
// (they lie in its folder), so they can listen in on what the extension hands to it, and answer its questions.
// `installWiretap` must run before the extension is activated; suites that share an editor share it.

export interface ShownMessage {
  readonly kind: 'information' | 'warning' | 'error';
  readonly text: string;
  readonly modal: boolean;
  readonly detail: string;
  readonly actions: readonly string[];
}

export class Wiretap {
  readonly statusBarItems = new Map<string, StatusBarItem & { visible: boolean }>();
  readonly treeProviders = new Map<string, TreeDataProvider<unknown>>();
  readonly messages: ShownMessage[] = [];
  /** Titles or prompts of the input boxes that were shown, and whether what is typed is masked. */
  readonly inputs: { readonly label: string; readonly password: boolean }[] = [];
  /** Text for the next input boxes, in order; without one the box is cancelled. */
  readonly inputAnswers: string[] = [];
  /**
   * Labels, or names of tokens, to pick in the next quick picks, in order; without one the pick is cancelled. An empty one ticks nothing
   * where several may be ticked.
   */
  readonly pickAnswers: string[] = [];
  /** What the quick picks offered, in order. */
  readonly picks: (readonly (string | QuickPickItem)[])[] = [];
  /** The button for a message; undefined dismisses it. */
  messageAnswer: (message: ShownMessage) => string | undefined | Promise<string | undefined> = () =>
    undefined;

  /** Forgets what was shown, and the answers that no question took. */
  forget(): void {
    for (const list of [this.messages, this.inputs, this.inputAnswers, this.pickAnswers, this.picks]) {
      list.length = 0;
    }
    this.messageAnswer = () => undefined;
  }

  /** Item of a view with its label and description as text, and its children to any depth. */
  async tree(view: string): Promise<TreeText[]> {
    const provider = this.treeProviders.get(view);
    if (!provider)
      throw new Error(
        `No tree was made for ${view}; there are ${[...this.treeProviders.keys()].join(', ')}.`,
      );
    return readTree(provider, undefined);
  }

  /** The token of this name in the tree; undefined where there is none. */
  async entry(name: string): Promise<TreeText | undefined> {
    return findEntry(await this.tree('keyturn.tokens'), name);
  }

  /** The item of the status bar that is on screen and says this. */
  statusBarItem(text: string) {
    return [...this.statusBarItems.values()].find((item) => item.visible && item.text.includes(text));
  }
}

export interface TreeText {
  readonly label: string;
  readonly description: string;
  readonly contextValue: string;
  readonly children: readonly TreeText[];
}

function findEntry(tree: readonly TreeText[], label: string): TreeText | undefined {
  for (const item of tree) {
    const found = item.label === label ? item : findEntry(item.children, label);
    if (found) return found;
  }
  return undefined;
}

async function readTree(provider: TreeDataProvider<unknown>, parent: unknown): Promise<TreeText[]> {
  const nodes = (await provider.getChildren(parent)) ?? [];
  return Promise.all(
    nodes.map(async (node) => {
      const item: TreeItem = await provider.getTreeItem(node);
      return {
        label: typeof item.label === 'string' ? item.label : (item.label?.label ?? ''),
        description: typeof item.description === 'string' ? item.description : '',
        contextValue: item.contextValue ?? '',
        children: await readTree(provider, node),
      };
    }),
  );
}

let installed: Wiretap | undefined;

/** What it heard for the suite before is forgotten. */
export function installWiretap(): Wiretap {
  installed ??= newWiretap();
  installed.forget();
  return installed;
}

function newWiretap(): Wiretap {
  const tap = new Wiretap();
  // The functions of `window` are overloaded beyond what a replacement can be typed as.
  const target = window as unknown as Record<string, (...args: never[]) => unknown>;

  const createStatusBarItem = target['createStatusBarItem']!.bind(window) as (
    ...args: unknown[]
  ) => StatusBarItem;
  target['createStatusBarItem'] = (...args: unknown[]) => {
    const item = createStatusBarItem(...args) as StatusBarItem & { visible: boolean };
    const tapped = new Proxy(item, {
      get(object, key) {
        if (key === 'show' || key === 'hide' || key === 'dispose') {
          return () => {
            visible = key === 'show';
            object[key]();
          };
        }
        const value: unknown = Reflect.get(object, key, object);
        return key === 'visible' ? visible : value;
      },
      set: (object, key, value) => Reflect.set(object, key, value, object),
    });
    let visible = false;
    tap.statusBarItems.set(item.id, tapped);
    return tapped;
  };

  const createTreeView = target['createTreeView']!.bind(window) as (id: string, options: object) => unknown;
  target['createTreeView'] = (id: string, options: { treeDataProvider: TreeDataProvider<unknown> }) => {
    tap.treeProviders.set(id, options.treeDataProvider);
    return createTreeView(id, options);
  };

  for (const [name, kind] of [
    ['showInformationMessage', 'information'],
    ['showWarningMessage', 'warning'],
    ['showErrorMessage', 'error'],
  ] as const) {
    target[name] = (text: string, ...rest: unknown[]) => {
      const options = isMessageOptions(rest[0]) ? rest[0] : {};
      const items = rest.filter((item) => typeof item === 'string' || isTitled(item));
      const message: ShownMessage = {
        kind,
        text,
        modal: options.modal ?? false,
        detail: options.detail ?? '',
        actions: items.map((item) => (typeof item === 'string' ? item : item.title)),
      };
      tap.messages.push(message);
      return Promise.resolve(tap.messageAnswer(message)).then((answer) =>
        items.find((item) => (typeof item === 'string' ? item : item.title) === answer),
      );
    };
  }

  target['showInputBox'] = (options: InputBoxOptions = {}) => {
    tap.inputs.push({ label: options.title ?? options.prompt ?? '', password: options.password ?? false });
    return Promise.resolve(tap.inputAnswers.shift());
  };

  target['showQuickPick'] = async (
    offered: readonly (string | QuickPickItem)[] | Promise<readonly (string | QuickPickItem)[]>,
    options: QuickPickOptions = {},
  ) => {
    const wanted = tap.pickAnswers.shift();
    tap.picks.push(await offered);
    const isWanted = (item: string | QuickPickItem) => labelOf(item) === wanted || nameOf(item) === wanted;
    const picked = wanted === undefined ? undefined : (await offered).find(isWanted);
    if (options.canPickMany && wanted === '') return [];
    return options.canPickMany && picked !== undefined ? [picked] : picked;
  };

  return tap;
}

function labelOf(item: string | QuickPickItem): string {
  return typeof item === 'string' ? item : item.label;
}

/** Of an item that stands for a token, whose label says more. */
function nameOf(item: string | QuickPickItem): unknown {
  return typeof item === 'object' && 'name' in item ? item.name : undefined;
}

function isTitled(item: unknown): item is { title: string } {
  return typeof item === 'object' && item !== null && 'title' in item;
}

function isMessageOptions(value: unknown): value is { modal?: boolean; detail?: string } {
  return typeof value === 'object' && value !== null && ('modal' in value || 'detail' in value);
}
