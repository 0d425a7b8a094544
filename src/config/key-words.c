#include "config/key-words.h"

const KeyWord key_words_log_levels[] = {
        {"error", LOG_LEVEL_ERROR},
        {"warning", LOG_LEVEL_WARNING},
        {"info", LOG_LEVEL_INFO},
        {"debug", LOG_LEVEL_DEBUG},
        {NULL, 0},
};

const KeyWord key_words_agent_capabilities[] = {
        {"auto", AGENT_CAPABILITY_AUTO},
        {"none", AGENT_CAPABILITY_NONE},
        {"NoInputNoOutput", AGENT_CAPABILITY_NO_INPUT_NO_OUTPUT},
        {NULL, 0},
};

const KeyWord key_words_policies[] = {
        {"drop_oldest", QUEUE_DROP_OLDEST},
        {"drop_newest", QUEUE_DROP_NEWEST},
        {"coalesce", QUEUE_COALESCE},
        {"block", QUEUE_BLOCK},
        {NULL, 0},
};

const KeyWord key_words_priorities[] = {
        {"low", PRIORITY_LOW},
        {"normal", PRIORITY_NORMAL},
        {"high", PRIORITY_HIGH},
        {"critical", PRIORITY_CRITICAL},
        {NULL, 0},
};

const KeyWord key_words_oversizes[] = {
        {"send", OVERSIZE_SEND},
        {"drop", OVERSIZE_DROP},
        {NULL, 0},
};

const KeyWord key_words_on_writes[] = {
        {"store", ON_WRITE_STORE},
        {"forward", ON_WRITE_FORWARD},
        {NULL, 0},
};

const KeyWord key_words_unhandleds[] = {
        {"accept", UNHANDLED_ACCEPT},
        {"refuse", UNHANDLED_REFUSE},
        {NULL, 0},
};

const KeyWord key_words_verdicts[] = {
        {"spored", VERDICT_SPORED},
        {"handler", VERDICT_HANDLER},
        {NULL, 0},
};

const KeyWord key_words_on_stales[] = {
        {"keep", ON_STALE_KEEP},
        {"default", ON_STALE_DEFAULT},
        {"refuse", ON_STALE_REFUSE},
        {NULL, 0},
};

const KeyWord key_words_securities[] = {
        {"open", SECURITY_OPEN},
        {"encrypt", SECURITY_ENCRYPT},
        {"authenticate", SECURITY_AUTHENTICATE},
        {"secure", SECURITY_SECURE},
        {NULL, 0},
};

const KeyWord key_words_notify_ways[] = {
        {"signal", NOTIFY_BY_SIGNAL},
        {"socket", NOTIFY_BY_SOCKET},
        {NULL, 0},
};

const KeyWord key_words_write_ways[] = {
        {"call", WRITE_BY_CALL},
        {"socket", WRITE_BY_SOCKET},
        {NULL, 0},
};

const KeyWord key_words_advertisement_types[] = {
        {"peripheral", ADVERTISEMENT_PERIPHERAL},
        {"broadcast", ADVERTISEMENT_BROADCAST},
        {NULL, 0},
};

const KeyWord key_words_secondary_channels[] = {
        {"none", SECONDARY_CHANNEL_NONE},
        {"1M", SECONDARY_CHANNEL_1M},
        {"2M", SECONDARY_CHANNEL_2M},
        {"Coded", SECONDARY_CHANNEL_CODED},
        {NULL, 0},
};

const KeyWord key_words_at_centrals[] = {
        {"stop", AT_CENTRALS_STOP},
        {"beacon", AT_CENTRALS_BEACON},
        {"go_on", AT_CENTRALS_GO_ON},
        {NULL, 0},
};
