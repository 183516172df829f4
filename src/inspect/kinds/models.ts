import type { TokenShape } from './shape.ts';

/**
 * Keys of services that run language models, as secret scanners (gitleaks, TruffleHog) know them: their vendors document
 * no more than the beginning.
 */
export const MODEL_SHAPES: readonly TokenShape[] = [
  anthropic('sk-ant-api03-', 'anthropic-api', 'Anthropic API key'),
  anthropic('sk-ant-admin01-', 'anthropic-admin', 'Anthropic admin key'),
  openAi('sk-proj-', 'openai-project', 'OpenAI project key'),
  openAi('sk-svcacct-', 'openai-service', 'OpenAI service account key'),
  openAi('sk-admin-', 'openai-admin', 'OpenAI admin key'),
  openAi('sk-service-', 'openai-service-legacy', 'OpenAI service key (legacy)'),
  {
    id: 'openai-legacy',
    label: 'OpenAI API key (legacy)',
    vendor: 'OpenAI',
    prefix: 'sk-',
    pattern: /^sk-[0-9A-Za-z]{20}T3BlbkFJ[0-9A-Za-z]{20}$/,
  },
  {
    id: 'openrouter',
    label: 'OpenRouter API key',
    vendor: 'OpenRouter',
    prefix: 'sk-or-v1-',
    pattern: /^sk-or-v1-[0-9a-f]{64}$/,
  },
  {
    id: 'groq',
    label: 'Groq API key',
    vendor: 'Groq',
    prefix: 'gsk_',
    pattern: /^gsk_[0-9A-Za-z]{52}$/,
  },
  {
    id: 'xai',
    label: 'xAI API key',
    vendor: 'xAI',
    prefix: 'xai-',
    pattern: /^xai-[0-9A-Za-z_]{80}$/,
  },
  {
    id: 'replicate',
    label: 'Replicate API token',
    vendor: 'Replicate',
    prefix: 'r8_',
    pattern: /^r8_[0-9A-Za-z_-]{37}$/,
  },
  {
    id: 'huggingface-user',
    label: 'Hugging Face user token',
    vendor: 'Hugging Face',
    prefix: 'hf_',
    pattern: /^hf_[0-9A-Za-z]{34}$/,
  },
  {
    id: 'huggingface-organization',
    label: 'Hugging Face organization token',
    vendor: 'Hugging Face',
    prefix: 'api_org_',
    pattern: /^api_org_[0-9A-Za-z]{34}$/,
  },
  {
    id: 'perplexity',
    label: 'Perplexity API key',
    vendor: 'Perplexity',
    prefix: 'pplx-',
    pattern: /^pplx-[0-9A-Za-z]{48}$/,
  },
];

function anthropic(prefix: string, id: string, label: string): TokenShape {
  return {
    id,
    label,
    vendor: 'Anthropic',
    prefix,
    pattern: /^sk-ant-(?:api03|admin01)-[0-9A-Za-z_-]{93}AA$/,
  };
}

/** In the middle of all of them stands "OpenAI", in base64. */
function openAi(prefix: string, id: string, label: string): TokenShape {
  return {
    id,
    label,
    vendor: 'OpenAI',
    prefix,
    pattern: /^sk-(?:proj|svcacct|service|admin)-[0-9A-Za-z_-]{20,200}T3BlbkFJ[0-9A-Za-z_-]{20,200}$/,
  };
}
