using Capacity.Control.Scaling;
using Capacity.Model;

namespace Capacity.Control.Labels;

/// <summary>A service's labels → <see cref="ServiceSettings"/>, with what the real programs accept without a
/// word.</summary>
/// <remarks>
/// The values are those that docker-scaler and docker-flow-monitor would use. The diagnostics are ours: the real
/// programs take a wrong label for an absent one.
/// </remarks>
public static class ServiceSettingsReader
{
    private static readonly string[] KnownLabels =
    [
        "scaleMin", "scaleMax", "scaleUpBy", "scaleDownBy", "scrapePort", "scrapeInterval", "scrapeTimeout",
        "scrapeType", "scrapeNetwork", "metricsPath", "notify", "distribute", "servicePath", "serviceDomain", "port",
        "alertName", "alertIf", "alertFor", "alertLabels", "alertAnnotations", "alertPersistent", "reschedule",
    ];

    /// <summary>Reads the labels with docker-scaler's defaults.</summary>
    public static Parsed<ServiceSettings> Read(StackService service) => Read(service, new ScalerOptions());

    /// <summary>Reads the labels.</summary>
    /// <param name="service">From the stack file.</param>
    /// <param name="options">Defaults of the scaler, and the names of its labels.</param>
    /// <returns>
    /// Settings, perhaps with the warnings CAP062 (not a number), CAP063 (negative step), CAP064 (step of 0), CAP065
    /// (label
    /// outside <c>deploy</c>), CAP067 (replicas outside the bounds), CAP068 (label probably misspelt), CAP069 (listener
    /// not told); or the error CAP066 (minimum above maximum).
    /// </returns>
    public static Parsed<ServiceSettings> Read(StackService service, ScalerOptions options)
    {
        var reading = new Reading(service);
        return Parsed<ServiceSettings>.From(reading.Settings(options), reading.Diagnostics);
    }

    private sealed class Reading
    {
        private readonly StackService _service;
        private readonly Dictionary<string, StackLabel> _labels = new(StringComparer.Ordinal);

        public Reading(StackService service)
        {
            _service = service;
            foreach (StackLabel label in service.Labels)
            {
                _labels[label.Key] = label;
            }
        }

        public List<Diagnostic> Diagnostics { get; } = [];

        public ServiceSettings Settings(ScalerOptions options)
        {
            int min = Bound(options.MinLabel, options.DefaultMin);
            int max = Bound(options.MaxLabel, options.DefaultMax);
            var settings = new ServiceSettings
            {
                Name = _service.Name,
                Replicas = _service.Replicas,
                ScaleMin = min,
                ScaleMax = max,
                ScaleUpBy = Step(options.UpByLabel, options.DefaultUpBy, "down on 'up'"),
                ScaleDownBy = Step(options.DownByLabel, options.DefaultDownBy, "up on 'down'"),
                ScrapePort = Port("com.df.scrapePort"),
                ScrapeInterval = Interval("com.df.scrapeInterval"),
                Port = Port("com.df.port"),
                ServicePath = _labels.GetValueOrDefault("com.df.servicePath")?.Value,
                NotifyEnabled = string.Equals(_labels.GetValueOrDefault("com.df.notify")?.Value, "true",
                    StringComparison.OrdinalIgnoreCase),
                Labels = _labels.ToDictionary(l => l.Key, l => l.Value.Value, StringComparer.Ordinal),
            };
            CheckBounds(settings, options);
            CheckPlaces();
            CheckNotify(settings);
            return settings;
        }

        private void Warn(string code, SourceSpan at, string message, string hint) =>
            Diagnostics.Add(new Diagnostic(code, at, message, hint, Severity.Warning));

        private bool Number(string key, string consequence, out long number, out StackLabel label)
        {
            number = 0;
            label = _labels.GetValueOrDefault(key)!;
            if (label is null)
            {
                return false;
            }

            if (GoInteger.TryAtoi(label.Value, out number))
            {
                return true;
            }

            Warn("CAP062", label.At, $"'{key}' is '{label.Value}', which is not a whole number; {consequence}",
                "write digits only, for example 2");
            return false;
        }

        private int Bound(string key, int fallback)
        {
            if (!Number(key, $"docker-scaler ignores it and uses {fallback}", out long bound, out StackLabel label))
            {
                return fallback;
            }

            if (bound < 0)
            {
                Warn("CAP063", label.At, $"'{key}' is negative; docker-scaler ignores it and uses {fallback}",
                    "write a number ≥ 0");
                return fallback;
            }

            return (int)Math.Min(bound, int.MaxValue);
        }

        private int Step(string key, int fallback, string wrongWay)
        {
            if (!Number(key, $"docker-scaler ignores it and uses {fallback}", out long step, out StackLabel label))
            {
                return fallback;
            }

            if (step < 0)
            {
                Warn("CAP063", label.At, $"'{key}' is negative; docker-scaler then scales {wrongWay}",
                    "write a number ≥ 1");
            }
            else if (step == 0)
            {
                Warn("CAP064", label.At, $"'{key}' is 0; docker-scaler then never scales that way",
                    "write a number ≥ 1");
            }

            return (int)Math.Clamp(step, int.MinValue, int.MaxValue);
        }

        private int? Port(string key)
        {
            if (!Number(key, "it is ignored", out long port, out StackLabel label))
            {
                return null;
            }

            if (port is > 0 and <= 65535)
            {
                return (int)port;
            }

            Warn("CAP062", label.At, $"'{key}' is '{label.Value}', which is not a port",
                "write a number from 1 to 65535");
            return null;
        }

        private TimeSpan? Interval(string key)
        {
            if (_labels.GetValueOrDefault(key) is not { } label)
            {
                return null;
            }

            Parsed<TimeSpan> interval = PrometheusDuration.Parse(label.Value, label.At);
            Diagnostics.AddRange(interval.Diagnostics.Select(d => d with { Severity = Severity.Warning }));
            return interval.TryGet(out TimeSpan value) ? value : null;
        }

        private void CheckBounds(ServiceSettings settings, ScalerOptions options)
        {
            StackLabel? label = _labels.GetValueOrDefault(options.MinLabel)
                ?? _labels.GetValueOrDefault(options.MaxLabel);
            if (settings.ScaleMin > settings.ScaleMax && label is not null)
            {
                Diagnostics.Add(new Diagnostic("CAP066", label.At,
                    $"the minimum of {settings.ScaleMin} replicas is above the maximum of {settings.ScaleMax}; "
                    + "docker-scaler would let the maximum win",
                    $"raise {options.MaxLabel} (its default is {options.DefaultMax}) or lower {options.MinLabel}"));
            }
            else if (label is not null && !_service.IsGlobal
                && (settings.Replicas < settings.ScaleMin || settings.Replicas > settings.ScaleMax))
            {
                Warn("CAP067", label.At,
                    $"{settings.Replicas} replicas at the start are outside {settings.ScaleMin} to "
                    + $"{settings.ScaleMax}; the first alert in either direction brings them inside",
                        "change 'replicas' or the bounds");
            }

            if (_service.IsGlobal && label is not null)
            {
                Warn("CAP067", label.At, "a global service cannot be scaled; docker-scaler answers 500",
                    "use 'mode: replicated'");
            }
        }

        private void CheckPlaces()
        {
            foreach (StackLabel label in _service.ContainerLabels.Where(l => IsOurs(l.Key)))
            {
                Warn("CAP065", label.At, $"'{label.Key}' is a container label here; scaler and monitor do not see it",
                    "move it below 'deploy:'");
            }

            foreach (StackLabel label in _service.Labels.Where(l => IsOurs(l.Key)))
            {
                string name = label.Key[MonitorRules.LabelPrefix.Length..].TrimEnd("0123456789".ToCharArray())
                    .TrimEnd('.');
                if (!KnownLabels.Contains(name) && Spelling.Nearest(name, KnownLabels) is { } near)
                {
                    Warn("CAP068", label.At, $"'{label.Key}' has no meaning to scaler or monitor",
                        $"did you mean '{MonitorRules.LabelPrefix}{near}'?");
                }
            }
        }

        private void CheckNotify(ServiceSettings settings)
        {
            StackLabel? alert = _service.Labels.FirstOrDefault(
                l => l.Key.StartsWith("com.df.alertName", StringComparison.Ordinal) || l.Key == "com.df.scrapePort");
            if (alert is not null && !settings.NotifyEnabled)
            {
                Warn("CAP069", alert.At,
                    $"'{alert.Key}' has no effect: the listener passes on only services with com.df.notify=true",
                    "add com.df.notify=true");
            }
        }

        private static bool IsOurs(string key) => key.StartsWith(MonitorRules.LabelPrefix, StringComparison.Ordinal);
    }
}
