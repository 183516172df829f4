import { parseArguments, type Command } from '../command.ts';
import { palette } from '../output/streams.ts';
import { describeIntrospection, entryToProve, introspectionJson, jsonLine } from './inspectionShared.ts';
import { oneName, openPlace, placeHelp, placeOptions } from './shared.ts';

const options = { ...placeOptions, json: { type: 'boolean' } } as const;

export const introspectCommand: Command = {
  options,
  help: `Usage: keyturn token introspect NAME [--json] [options]

Asks the introspection endpoint of the issuer, with the profile's client. For tokens of GitHub, GitLab, Google,
Vault, Slack and others it asks the vendor's own endpoint, if that is an allowed origin. Keyturn obtains a token
that is not stored yet.

  --json             {name, active, conclusive, vendor, endpoint, scopes, subject, signed, expiresAt, checkedAt,
                     claims}
${placeHelp}

Exit codes: 0 active, 1 not active, or no server to ask, 2 wrong use.
`,
  async run(args, streams, signal) {
    const { values, positionals } = parseArguments(args, options);
    const name = oneName(positionals, 'introspect');
    await using place = await openPlace(streams, values, signal);
    const cause = 'keyturn token introspect';
    const entry = await entryToProve(place, await place.find(name), signal, cause);
    const { inspections, mask } = place.session;
    const introspection = await inspections.introspect(entry, { interactive: false, signal, cause });
    streams.out.write(
      values.json === true
        ? jsonLine(introspectionJson(name, introspection), mask)
        : mask(describeIntrospection(name, introspection, Date.now(), palette(streams.out, streams.env))),
    );
    return introspection.active ? 0 : 1;
  },
};
