using System.Globalization;
using Capacity.Control.Scaling;

namespace Capacity.Swarm.Scaler;

/// <summary>docker-scaler's environment variables → <see cref="ScalerSettings"/>.</summary>
/// <remarks>Source: docker-scaler, Dockerfile and cmd/root.go. The defaults are those of its image.</remarks>
public static class ScalerVariables
{
    /// <summary>Reads the variables.</summary>
    /// <param name="variable">The value of a variable; null when it is not set.</param>
    /// <exception cref="ClusterException">A value cannot be used; docker-scaler would take 0 or false for
    /// it.</exception>
    public static ScalerSettings Read(Func<string, string?> variable)
    {
        var reading = new Reading(variable);
        var usual = new ScalerOptions();
        reading.RefuseNodeBackend();
        return new ScalerSettings
        {
            Prefix = reading.Text("SERVER_PREFIX", "/"),
            Alertmanager = reading.Address("ALERTMANAGER_ADDRESS"),
            RescheduleLabel = reading.Pair("RESCHEDULE_FILTER_LABEL", "com.df.reschedule=true"),
            RescheduleVariable = reading.Text("RESCHEDULE_ENV_KEY", "RESCHEDULE_DATE"),
            Options = new ScalerOptions
            {
                MinLabel = reading.Text("MIN_SCALE_LABEL", usual.MinLabel),
                MaxLabel = reading.Text("MAX_SCALE_LABEL", usual.MaxLabel),
                UpByLabel = reading.Text("SCALE_UP_BY_LABEL", usual.UpByLabel),
                DownByLabel = reading.Text("SCALE_DOWN_BY_LABEL", usual.DownByLabel),
                DefaultMin = reading.Number("DEFAULT_MIN_REPLICAS", usual.DefaultMin),
                DefaultMax = reading.Number("DEFAULT_MAX_REPLICAS", usual.DefaultMax),
                DefaultUpBy = reading.Number("DEFAULT_SCALE_SERVICE_UP_BY", usual.DefaultUpBy),
                DefaultDownBy = reading.Number("DEFAULT_SCALE_SERVICE_DOWN_BY", usual.DefaultDownBy),
                AlertAtMin = reading.Truth("ALERT_SCALE_MIN", usual.AlertAtMin),
                AlertAtMax = reading.Truth("ALERT_SCALE_MAX", usual.AlertAtMax),
                AlertTimeout = TimeSpan.FromSeconds(reading.Number("ALERT_TIMEOUT", 10)),
            },
        };
    }

    private sealed class Reading(Func<string, string?> variable)
    {
        public string Text(string name, string usual) => variable(name) is { Length: > 0 } text ? text : usual;

        public int Number(string name, int usual) => variable(name) is not { Length: > 0 } text ? usual
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
            : throw Wrong(name, text, "write a whole number ≥ 0");

        public bool Truth(string name, bool usual) => variable(name) is not { Length: > 0 } text ? usual
            : bool.TryParse(text, out bool truth) ? truth : throw Wrong(name, text, "write true or false");

        public string Pair(string name, string usual) => Text(name, usual).Split('=') is [{ Length: > 0 }, _]
            ? Text(name, usual) : throw Wrong(name, Text(name, usual), "write label=value");

        public Uri? Address(string name) => variable(name) is not { Length: > 0 } text ? null
            : Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" ? uri
            : throw Wrong(name, text, "write for example http://alertmanager:9093");

        public void RefuseNodeBackend()
        {
            if (variable("NODE_SCALER_BACKEND") is { Length: > 0 } backend)
            {
                throw Wrong("NODE_SCALER_BACKEND", backend, "leave it empty: nodes are not scaled by this program");
            }
        }

        private static ClusterException Wrong(string name, string value, string hint) =>
            new($"the environment variable {name} is '{value}'", hint);
    }
}
