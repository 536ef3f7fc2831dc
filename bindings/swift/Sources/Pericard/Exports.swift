// One import for apps: the façade and the core it stands on.
@_exported public import PericardCore
